/**
 * The timed task: a training step of the autoencoder 784–h–h–32–h–h–784 with softplus.
 *
 * @module
 */

/** The kind of noise in the code. */
export type Model = "vae" | "echo";

/** The names of the models in print. */
export const MODEL_NAMES: Record<Model, string> = { vae: "VAE", echo: "Echo" };

/** A training step: forward, backward, Adam, and reading the loss. */
export interface StepTask {
  readonly model: Model;
  /** The number of images in a batch. */
  readonly batch: number;
  /** The width h of the hidden layers. */
  readonly hidden: number;
}

/** Pixels of an image. */
export const PIXELS = 784;
/** The size of its images. */
export const SIZE: [height: number, width: number] = [28, 28];

/** Dimensions of the code. */
export const LATENT = 32;

/**
 * Inputs and outputs of the dense layers: two of the encoder, two heads (mean and scale), three.
 */
export function layerSizes(hidden: number): [inputs: number, outputs: number][] {
  const encoder: [number, number][] = [[PIXELS, hidden], [hidden, hidden]];
  const heads: [number, number][] = [[hidden, LATENT], [hidden, LATENT]];
  return [...encoder, ...heads, [LATENT, hidden], [hidden, hidden], [hidden, PIXELS]];
}

/**
 * The floating-point operations of the matrix products of a step. Each layer has a forward product,
 * a product for the gradient of its weights and, except the first, one for the gradient of its
 * input: 0.216 GFLOP at batch 100 and width 200.
 */
export function stepFlops({ batch, hidden }: StepTask): number {
  const products = layerSizes(hidden).map(([inputs, outputs]) => 2 * batch * inputs * outputs);
  return 3 * products.reduce((sum, product) => sum + product) - products[0];
}

/** A task in words. */
export const taskName = ({ model, batch, hidden }: StepTask): string =>
  `${MODEL_NAMES[model]} step, batch ${batch}, width ${hidden}`;

/**
 * What is timed: a training step of one autoencoder, 784–h–h–32–h–h–784 with softplus, at some batch and width h.
 *
 * @module
 */

/** Which noise is in the code. */
export type Model = "vae" | "echo";

/** How models are called in print. */
export const MODEL_NAMES: Record<Model, string> = { vae: "VAE", echo: "Echo" };

/** A training step: forward, backward, Adam, and the loss read. */
export interface StepTask {
  readonly model: Model;
  /** Images in a batch. */
  readonly batch: number;
  /** Width h of the hidden layers. */
  readonly hidden: number;
}

/** Pixels of an image. */
export const PIXELS = 784;

/** Dimensions of the code. */
export const LATENT = 32;

/** Inputs and outputs of the dense layers: two, the heads of the code (mean and scale), three. */
export function layerSizes(hidden: number): [inputs: number, outputs: number][] {
  const encoder: [number, number][] = [[PIXELS, hidden], [hidden, hidden]];
  const heads: [number, number][] = [[hidden, LATENT], [hidden, LATENT]];
  return [...encoder, ...heads, [LATENT, hidden], [hidden, hidden], [hidden, PIXELS]];
}

/**
 * Floating-point operations of the matrix products of a step: each layer has one forward, one for the gradient of its
 * weights and, but for the first, one for the gradient of its input. 0.216 GFLOP at batch 100 and width 200.
 */
export function stepFlops({ batch, hidden }: StepTask): number {
  const products = layerSizes(hidden).map(([inputs, outputs]) => 2 * batch * inputs * outputs);
  return 3 * products.reduce((sum, product) => sum + product) - products[0];
}

/** A task in a few words. */
export const taskName = ({ model, batch, hidden }: StepTask): string =>
  `${MODEL_NAMES[model]} step, batch ${batch}, width ${hidden}`;

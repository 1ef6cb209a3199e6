/**
 * The part of a config that describes the model and its loss.
 *
 * @module
 */

import type { Choice } from "./kinds.ts";
import type * as LATENTS from "./latents/mod.ts";
import type { LayerConfig } from "./network.ts";
import type * as PRIORS from "./priors/mod.ts";
import type { ReconName } from "./recon.ts";
import type * as TERMS from "./terms/mod.ts";

/** The noisy code between encoder and decoder: its type, its size and the options of the type. */
export type LatentConfig = Choice<typeof LATENTS, { /** Dimensions of the code. */ size: number }>;

/** The distribution of codes before an image is seen. */
export type PriorConfig = Choice<typeof PRIORS>;

/** One term of the loss, in nats per image. */
export type TermConfig = Choice<typeof TERMS, { weight: number }>;

/** A model, its loss, and the numbers of images and codes in a step. */
export interface Architecture {
  /** Hidden layers from the image to the code. */
  encoder: LayerConfig[];
  latent: LatentConfig;
  prior: PriorConfig;
  /**
   * Hidden layers from the code to the image. A linear dense layer to the pixels' logits follows
   * them, unless the last one is a convolution, whose output then is the logits.
   */
  decoder: LayerConfig[];
  /** The distortion: the Bernoulli cross-entropy or the squared error, summed over pixels. */
  recon: ReconName;
  /** The loss is the weighted sum of these. */
  loss: TermConfig[];
  /** The number of codes drawn for each image, in training and evaluation. */
  samples: number;
  /** The number of images in a batch. */
  batch: number;
}

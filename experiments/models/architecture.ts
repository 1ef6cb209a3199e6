/**
 * What a model is made of: the part of a config that the models read.
 *
 * @module
 */

import type { Choice } from "./kinds.ts";
import type * as LATENTS from "./latents/mod.ts";
import type { Layer } from "./layers.ts";
import type * as PRIORS from "./priors/mod.ts";
import type { ReconName } from "./recon.ts";
import type * as TERMS from "./terms/mod.ts";

/** The noisy code between encoder and decoder: its kind and, for all kinds, its size. */
export type LatentConfig = Choice<typeof LATENTS, { /** Dimensions of the code. */ size: number }>;

/** What codes are likely before an image is seen. */
export type PriorConfig = Choice<typeof PRIORS>;

/** One term of the loss, in nats per image. */
export type TermConfig = Choice<typeof TERMS, { weight: number }>;

/** A model, its loss, and the number of images and codes in a step. */
export interface Architecture {
  /** Layers from the image towards the code. */
  encoder: Layer[];
  latent: LatentConfig;
  prior: PriorConfig;
  /** Layers from the code towards the image; a linear layer to the pixels' logits follows them. */
  decoder: Layer[];
  /** What the distortion is: Bernoulli cross-entropy, or the squared error, summed over pixels. */
  recon: ReconName;
  /** The loss is the weighted sum of these. */
  loss: TermConfig[];
  /** Codes that are drawn of each image in training and evaluation. */
  samples: number;
  /** Images in a batch. */
  batch: number;
}

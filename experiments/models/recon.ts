/**
 * The table of distortions: −log p(x|z) from the decoder's output, by what the pixels are taken for.
 *
 * @module
 */

import { bernoulliCrossEntropy, mul, sigmoid, sub, sum, type Tensor } from "../../mod.ts";

/** The distortion of images [rows, pixels] whose pixels' means are the sigmoids of logits, [rows]. */
type Distortion = (logits: Tensor, images: Tensor) => Tensor;

/** Names of distortions. */
export type ReconName = "bce" | "mse";

/** Adding a distortion is adding it here. */
export const RECONS: Record<ReconName, Distortion> = {
  /** Independent Bernoulli pixels: their cross-entropy in nats, summed. */
  bce: bernoulliCrossEntropy,
  /** Independent Gaussian pixels of variance ½: the squared error, summed; a constant, pixels · ln √π, is left out. */
  mse(logits, images) {
    const off = sub(sigmoid(logits), images);
    return sum(mul(off, off), { axis: 1 });
  },
};

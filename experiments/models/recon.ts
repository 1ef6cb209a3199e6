/**
 * The table of distortions: −log p(x|z) for each distribution that pixels may have.
 *
 * @module
 */

import { bernoulliCrossEntropy, mul, sigmoid, sub, sum, type Tensor } from "../../mod.ts";

/**
 * The distortion of images [rows, pixels], [rows]. The means of the pixels are the sigmoids of the
 * logits.
 */
type Distortion = (logits: Tensor, images: Tensor) => Tensor;

/** Names of distortions. */
export type ReconName = "bce" | "mse";

/** The distortions by name. */
export const RECONS: Record<ReconName, Distortion> = {
  /** Independent Bernoulli pixels: their cross-entropy in nats, summed. */
  bce: bernoulliCrossEntropy,
  /**
   * Independent Gaussian pixels of variance ½: the squared error, summed, without the constant
   * pixels · ln √π.
   */
  mse(logits, images) {
    const off = sub(sigmoid(logits), images);
    return sum(mul(off, off), { axis: 1 });
  },
};

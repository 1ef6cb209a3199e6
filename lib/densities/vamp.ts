/**
 * The VampPrior (Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018): the prior is a mixture
 * of the encodings of K learned pseudo-inputs.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { sub } from "../ops/elementwise.ts";
import { expandDims } from "../ops/linear.ts";
import { logSumExp, mean as average } from "../ops/reduce.ts";
import { gaussianLogDensity } from "./gaussian.ts";
import { sameShape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Equally likely diagonal Gaussians. */
export interface Mixture {
  /** [components, latent]. */
  readonly mean: Tensor;
  /** [components, latent]. */
  readonly logVariance: Tensor;
}

/** Settings of {@linkcode vampLogDensity}. */
export interface VampOptions {
  /**
   * Whether to take the mean of the log-densities of the components instead of the logarithm of
   * their mean, as the original of Echo does. By Jensen's inequality that is a lower bound, and it
   * is no density. Kept for comparison; false unless given.
   */
  readonly legacy?: boolean;
}

/**
 * log p(z) = log (1/K) Σₖ N(z; meanₖ, e^logVarianceₖ) in nats, [batch].
 *
 * The differences z − meanₖ, [batch, K, latent], are never stored: the kernels that sum them
 * compute them. Matrix products of z² and z would take a third less time, but in float32 the sum Σ
 * z²/v would lose .02 nats and more for standard deviations below .02.
 *
 * @param z [batch, latent]
 * @throws {ShapeError} where the shapes do not fit.
 */
export function vampLogDensity(
  z: Tensor,
  { mean, logVariance }: Mixture,
  options: VampOptions = {},
): Tensor {
  checkOptions("mix densities", options, "legacy");
  if (
    mean.rank !== 2 || z.rank !== 2 || z.shape[1] !== mean.shape[1] ||
    !sameShape(mean.shape, logVariance.shape)
  ) {
    const rule = "they must be [components, latent] and [batch, latent]";
    throw shapeError`Cannot mix means ${mean.shape} and log-variances ${logVariance.shape} at ${z.shape}: ${rule}`;
  }
  const logDensities = gaussianLogDensity(expandDims(z, 1), mean, logVariance); // [batch, K]
  if (options.legacy) return average(logDensities, { axis: 1 });
  return sub(logSumExp(logDensities, { axis: 1 }), Math.log(mean.shape[0]));
}

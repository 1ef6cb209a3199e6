/**
 * Diagonal Gaussians N(mean, e^logVariance), with the dimensions as the last axis: samples,
 * densities, entropy and divergence, in nats.
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { add, exp, mul, neg, sub } from "../ops/elementwise.ts";
import { type Key, normal } from "../random.ts";
import type { Tensor } from "../tensor.ts";

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * A sample of N(mean, e^logVariance) by reparametrisation, mean + e^(logVariance/2)·n with n
 * standard normal.
 */
export const gaussianSample = (key: Key, mean: Tensor, logVariance: Tensor): Tensor =>
  add(mean, mul(exp(mul(logVariance, 0.5)), normal(key, mean.shape)));

/** log N(x; mean, e^logVariance), [batch, latent] to [batch]. */
export function gaussianLogDensity(x: Tensor, mean: Tensor, logVariance: Tensor): Tensor {
  const off = sub(x, mean);
  const terms = add(mul(mul(off, off), exp(neg(logVariance))), add(logVariance, LOG_2_PI));
  return mul(sum(terms, { axis: -1 }), -0.5);
}

/** log N(x; 0, I), [batch, latent] to [batch]. */
export const standardNormalLogDensity = (x: Tensor): Tensor =>
  mul(sum(add(mul(x, x), LOG_2_PI), { axis: -1 }), -0.5);

/** The differential entropy of N(·, e^logVariance), [batch, latent] to [batch]. */
export const gaussianEntropy = (logVariance: Tensor): Tensor =>
  mul(sum(add(logVariance, LOG_2_PI + 1), { axis: -1 }), 0.5);

/** KL(N(mean, e^logVariance) ‖ N(0, I)), [batch] (Kingma and Welling, 2014, appendix B). */
export function gaussianKl(mean: Tensor, logVariance: Tensor): Tensor {
  const terms = sub(sub(add(mul(mean, mean), exp(logVariance)), logVariance), 1);
  return mul(sum(terms, { axis: -1 }), 0.5);
}

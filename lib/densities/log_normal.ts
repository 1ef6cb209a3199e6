/**
 * Multiplicative Gaussian noise, "information dropout" (Achille and Soatto, "Information dropout:
 * learning optimal representations through noisy computation", 2018): a positive code z = f(x)·ε
 * with log-normal ε.
 *
 * log z is Gaussian with mean log f(x), and e^· is a bijection, which changes no divergence. So
 * with a log-normal prior, the paper's choice for softplus, the rate is that of Gaussians. The
 * paper's other prior, log-uniform, cannot be sampled.
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { exp, log, sub } from "../ops/elementwise.ts";
import { gaussianKl, gaussianLogDensity, gaussianSample } from "./gaussian.ts";
import type { Key } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * A sample of e^N(mean, e^logVariance), all positive, by reparametrisation.
 *
 * @param mean log f(x), [batch, latent]
 * @param logVariance of log ε, [batch, latent]
 */
export const logNormalSample = (key: Key, mean: Tensor, logVariance: Tensor): Tensor =>
  exp(gaussianSample(key, mean, logVariance));

/**
 * The log-density of z > 0, where log z is N(mean, e^logVariance), [batch, latent] to [batch], in
 * nats.
 */
export function logNormalLogDensity(z: Tensor, mean: Tensor, logVariance: Tensor): Tensor {
  const u = log(z);
  return sub(gaussianLogDensity(u, mean, logVariance), sum(u, { axis: -1 }));
}

/**
 * The rate: KL(e^N(mean, e^logVariance) ‖ e^N(0, I)) in nats, [batch], which is
 * {@linkcode gaussianKl}.
 */
export const logNormalKl = (mean: Tensor, logVariance: Tensor): Tensor =>
  gaussianKl(mean, logVariance);

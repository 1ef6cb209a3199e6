/**
 * The rate of an Echo channel, and why it is exact.
 *
 * The code is Z = f(X) + S(X)·ε. The noise ε is made of the encodings of other examples
 * (lib/echo/sample.ts), which gives it two properties: it does not depend on X, and it has the
 * distribution of Z. The second holds because ε is itself a mean plus scaled noise of the same
 * kind: ε = f(x⁽⁰⁾) + S(x⁽⁰⁾)·ε′. Three steps give the rate:
 *
 *     I(X;Z) = h(Z) − h(Z|X)              by definition
 *     h(Z|X) = h(ε) + E log |det S(X)|    as Z is S(x)·ε moved by f(x), once X = x is known
 *     h(Z)   = h(ε)                       as Z and ε have the same distribution
 *
 * In the second step a move keeps the entropy, the linear map S(x) adds log |det S(x)|, and knowing
 * x does not change the distribution of ε.
 *
 * So I(X;Z) = −E log |det S(X)|, which is −E Σⱼ log Sⱼ(X) for a diagonal S. This needs no prior,
 * and it is no bound. It is about the population: the empirical information of N images is at most
 * ln N.
 *
 * Worked example: one dimension, f(x) = x for X ~ N(0, 1), and S = ½. Then ε = Σ x⁽ˡ⁾/2ˡ has
 * variance Σ 4⁻ˡ = 4/3. So has Z: 1 + ¼·4/3 = 4/3. Given X, the variance of Z is ¼·4/3 = 1/3. All
 * are Gaussian, so I(X;Z) = ½ log (4/3 ÷ 1/3) = ½ log 4 = log 2 = .693 nats, which is −log S.
 *
 * All dimensions of ε come from the same examples. If each dimension drew examples of its own, each
 * εⱼ would still have the distribution of Zⱼ. But the dimensions of ε would be independent and
 * those of Z would not: h(Z) ≤ Σⱼ h(Zⱼ) = Σⱼ h(εⱼ) = h(ε). Then −E Σⱼ log Sⱼ(X) would only be an
 * upper bound, too high by the total correlation of Z.
 *
 * @module
 */
import { neg } from "../ops/elementwise.ts";
import { sum } from "../ops/linear.ts";
import type { Tensor } from "../tensor.ts";
import { checkOptions } from "../checks.ts";
import { type EchoChannel, echoChannel, logScaleOf } from "./channel.ts";

/** Settings of {@linkcode echoRate}. */
export interface EchoRateOptions {
  /** Whether to return the part of each dimension, −log Sⱼ(x), [batch, latent]; false unless given. */
  readonly perDimension?: boolean;
}

/**
 * The rate I(X;Z) of each example, −Σⱼ log Sⱼ(x), in nats, [batch]; its mean over the population is
 * the mutual information.
 *
 * @param logScale as for {@linkcode echoSample}, [batch, latent]
 * @param channel the same as for {@linkcode echoSample}; `echoChannel()` unless given
 * @example Two dimensions with scale ½ each
 * ```ts
 * import { echoChannel, echoRate, full } from "@echograd/echograd";
 * const rate = echoRate(full([1, 2], Math.log(0.5)), echoChannel({ clip: 1 }));
 * console.log(await rate.item()); // 2 log 2 = 1.386 nats
 * ```
 */
export function echoRate(
  logScale: Tensor,
  channel: EchoChannel = echoChannel(),
  options: EchoRateOptions = {},
): Tensor {
  checkOptions("compute an Echo rate", options, "perDimension");
  const rates = neg(logScaleOf(logScale, channel));
  return options.perDimension ? rates : sum(rates, { axis: -1 });
}

/**
 * {@linkcode echoRate}, by the name that it has in the paper's code.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoLoss, echoRate } from "@echograd/echograd";
 * assertEquals(echoLoss, echoRate);
 * ```
 */
export const echoLoss: typeof echoRate = echoRate;

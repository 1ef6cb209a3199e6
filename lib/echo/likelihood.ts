/**
 * A bound on the likelihood of an Echo model.
 *
 * Echo needs no prior, so it does not say what p(x) is. A density m of codes says it: p(x) = ∫
 * p(x|z)·m(z) dz, whatever m is. The nearer m is to the distribution of the codes, the larger is
 * p(x), so m is best fitted to codes of training data, by a masked autoregressive flow
 * (lib/densities/flow.ts), say. Decoder and encoder stay as they are: "ex-post density estimation"
 * (Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020).
 *
 * Echo's own noise is a sum without a known density. It is not needed: importance sampling may
 * propose codes by any distribution. Here ε is drawn from m, which the noise of Echo resembles, and
 * z = f(x) + S(x)·ε. By change of variables
 *
 *     log q(z|x) = log m(ε) − log |det S(x)|,
 *
 * so the weight w = p(x|z)·m(z) / q(z|x) of a code has the logarithm
 *
 *     log w = log p(x|z) − rate(x) + log m(z) − log m(ε),    rate(x) = −log |det S(x)|,
 *
 * and {@linkcode importanceBound} makes the bound of several weights. The first two terms are
 * −(distortion + rate). The other two cancel on average if m is the distribution of the codes: then
 * the bound from one code for each example is −(distortion + rate), Echo's ELBO.
 *
 * @module
 */
import { add, sub } from "../ops/elementwise.ts";
import { sameShape, shapeError, shapeText } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The terms of {@linkcode echoLogWeights}, in nats. */
export interface EchoWeightTerms {
  /** log p(x|z) of codes z = f(x) + S(x)·ε ({@linkcode echoCode}), [samples, batch]. */
  readonly logLikelihood: Tensor;
  /** log m(z), [samples, batch]. */
  readonly logPrior: Tensor;
  /** log m(ε) of noises ε drawn from m, [samples, batch]. */
  readonly logNoise: Tensor;
  /** −log |det S(x)|, as {@linkcode echoRate} gives it, [batch]. */
  readonly rate: Tensor;
}

/**
 * log w of codes of an Echo channel, for {@linkcode importanceBound}, [samples, batch], in nats.
 * The mean of w over ε is exactly p(x) = ∫ p(x|z)·m(z) dz, for every density m.
 *
 * @throws {ShapeError} unless three terms are [samples, batch] and the rate is [batch].
 * @example The likelihood of x = z + noise of variance 1, where codes are N(0, 1)
 * ```ts
 * import { echoChannel, echoCode, echoLogWeights, echoRate } from "@echograd/echograd";
 * import { full, key, mul, normal, sub, tensor } from "@echograd/echograd";
 * import { importanceBound, standardNormalLogDensity } from "@echograd/echograd/densities";
 * const channel = echoChannel({ clip: 1 });
 * const x = tensor([[0.5], [2]]); // N(0, 2), so log p(x) = −½ (x²/2 + log 4π)
 * const mean = mul(x, 0.4), logScale = full([2, 1], Math.log(0.8));
 * const noise = normal(key(0), [1000, 2, 1]); // m = N(0, 1)
 * const codes = echoCode(noise, mean, logScale, channel);
 * const logWeights = echoLogWeights({
 *   logLikelihood: standardNormalLogDensity(sub(x, codes)),
 *   logPrior: standardNormalLogDensity(codes),
 *   logNoise: standardNormalLogDensity(noise),
 *   rate: echoRate(logScale, channel),
 * });
 * console.log(await importanceBound(logWeights).read()); // about −1.33 and −2.27
 * ```
 */
export function echoLogWeights(
  { logLikelihood, logPrior, logNoise, rate }: EchoWeightTerms,
): Tensor {
  const { shape } = logLikelihood;
  const fits = shape.length === 2 && sameShape(rate.shape, shape.slice(1)) &&
    [logPrior, logNoise].every((term) => sameShape(term.shape, shape));
  if (fits) return sub(add(logLikelihood, sub(logPrior, logNoise)), rate);
  const others = [logPrior, logNoise].map(({ shape }) => shapeText(shape)).join(" and ");
  throw shapeError`Cannot weigh codes by likelihoods ${shape}, densities ${others} and rates ${rate.shape}: they must be [samples, batch], and [batch] for the rates`;
}

/**
 * Bounds on the mutual information I(X;Z) that are means over draws, in nats, and differentiate like any other tensor.
 *
 * Three need the density of the channel, p(z|x), and no training: the sandwich of InfoNCE and leave-one-out, and the bound of a
 * given marginal. The others take the scores of a critic T(x, z), of pairs that belong together and of pairs that do not, and
 * are tight where T is log p(z|x)/p(z) up to a constant: lib/information/critic.ts trains one.
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { add, equal, exp, max, min, neg, softplus, sub, where } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { stack } from "../ops/joining.ts";
import { logSumExp, mean } from "../ops/reduce.ts";
import { stopGradient } from "../grad.ts";
import { sameShape, ShapeError, shapeText } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The lower bound of InfoNCE with the density of the channel for a critic, a term for each code, [n]; their mean is the bound:
 *
 *     log p(zᵢ|xᵢ) − log (1/K) Σⱼ p(zᵢ|xⱼ).
 *
 * (Van den Oord, Li and Vinyals, "Representation learning with contrastive predictive coding", 2018; with p(z|x) by Poole,
 * Ozair, van den Oord, Alemi and Tucker, "On variational bounds of mutual information", ICML 2019.)
 *
 * - *Bias*: never above I on average, and never above log K at all. With K well above e^I it is below I by about
 *   (E p(z|x)/p(z) − 1)/2K, and so {@linkcode leaveOneOutBound} is above it.
 * - *Variance*: at most that of log p(z|x)/p(z), over K: small.
 * - *Range*: I below log K, any dimension.
 *
 * @param logDensities log p(zᵢ|xⱼ) in nats of K joint draws, row i and column j: of all codes, or of the first n, [n, K]
 * @throws {ShapeError} unless n is at most K, and K at least 1.
 */
export function infoNceBound(logDensities: Tensor): Tensor {
  const count = checkPairs(logDensities, 1);
  const mixture = sub(logSumExp(logDensities, { axis: 1 }), Math.log(count));
  return sub(diagonal(logDensities), mixture);
}

/**
 * The upper bound that leaves out the example itself, a term for each code, [n]; their mean is the bound:
 *
 *     log p(zᵢ|xᵢ) − log 1/(K − 1) Σ_{j≠i} p(zᵢ|xⱼ).
 *
 * (Poole, Ozair, van den Oord, Alemi and Tucker, ICML 2019.)
 *
 * - *Bias*: never below I on average, and by about (E p(z|x)/p(z) − 1)/2K above it for K well above e^I. Below that it says
 *   little: the z of one example is far from all other examples, and the bound grows with that distance.
 * - *Variance*: that of log p(z|x)/p(z) over K where I is well below log K; unbounded beyond.
 * - *Range*: as for {@linkcode infoNceBound}: if the two are close, I is between them.
 *
 * @param logDensities as for {@linkcode infoNceBound}, [n, K]
 * @throws {ShapeError} unless n is at most K, and K at least 2.
 */
export function leaveOneOutBound(logDensities: Tensor): Tensor {
  const count = checkPairs(logDensities, 2);
  const others = where(isDiagonal(logDensities), -Infinity, logDensities);
  const mixture = sub(logSumExp(others, { axis: 1 }), Math.log(count - 1));
  return sub(diagonal(logDensities), mixture);
}

/**
 * The upper bound of a marginal r(z) that is given, log p(z|x) − log r(z) of each draw, [n]; their mean is the bound (Barber and
 * Agakov, "The IM algorithm", NIPS 2003; the rate of a variational autoencoder, with the prior as r).
 *
 * - *Bias*: KL(p(z) ‖ r) above I, which is 0 where r is the law of z.
 * - *Variance*: that of log p(z|x)/r(z), over n. No bias depends on n.
 * - *Range*: any I and any dimension, as long as r is good.
 *
 * @param logConditional log p(zᵢ|xᵢ) in nats, [n]
 * @param logMarginal log r(zᵢ) in nats, [n]
 * @throws {ShapeError} where they are not as many.
 */
export function barberAgakovBound(logConditional: Tensor, logMarginal: Tensor): Tensor {
  if (logConditional.rank !== 1 || !sameShape(logConditional.shape, logMarginal.shape)) {
    throw new ShapeError(
      `Cannot bound information by log-densities ${shapeText(logConditional.shape)} and ${
        shapeText(logMarginal.shape)
      }: both must be [n]`,
    );
  }
  return sub(logConditional, logMarginal);
}

/** What a critic says, T(x, z). */
export interface Scores {
  /** Of pairs that belong together: draws of p(x, z), [n]. */
  readonly joint: Tensor;
  /** Of pairs that do not: draws of p(x)·p(z), [m]. */
  readonly product: Tensor;
}

/**
 * The lower bound of Nguyen, Wainwright and Jordan ("Estimating divergence functionals", 2010), a scalar:
 * E T(joint) − E e^(T(product) − 1).
 *
 * - *Bias*: never above I on average, for any critic; tight for T = 1 + log p(z|x)/p(z).
 * - *Variance*: with that critic (E p(z|x)/p(z) − 1)/m, at least (e^I − 1)/m, for the second term: out of hand for I above
 *   log m.
 * - *Range*: I up to a few nats.
 */
export const nwjBound = ({ joint, product }: Scores): Tensor =>
  sub(mean(joint), mean(exp(sub(product, 1))));

/**
 * The bound of Donsker and Varadhan (1983), which MINE maximises (Belghazi et al., "Mutual information neural estimation",
 * ICML 2018), a scalar: E T(joint) − log E e^T(product).
 *
 * - *Bias*: never above I for the expectations themselves. The logarithm of a mean of m is too small on average, so that the
 *   estimate is neither a bound from below nor from above.
 * - *Variance*: at least (e^I − 1)/m for the second term, as of {@linkcode nwjBound} (Song and Ermon, ICLR 2020).
 * - *Range*: I up to a few nats.
 */
export const donskerVaradhanBound = ({ joint, product }: Scores): Tensor =>
  sub(mean(joint), logMeanExp(product));

/** How much of the running mean of {@linkcode mineLoss} each batch brings. */
const RENEWAL = 0.01;

/**
 * What MINE descends: a scalar with the gradient of −{@linkcode donskerVaradhanBound}, but for one thing. That gradient is
 * divided by the mean of e^T over the batch, which biases it; here a running mean over batches takes the place of that one
 * (Belghazi et al., section 3.2).
 *
 * @param logMean the logarithm of the running mean, a scalar
 * @returns the loss, whose value says nothing, and the logarithm of the running mean with this batch in it.
 */
export function mineLoss({ joint, product }: Scores, logMean: Tensor): [Tensor, Tensor] {
  const ofBatch = stopGradient(logMeanExp(product));
  const next = logSumExp(stack([
    add(logMean, Math.log(1 - RENEWAL)),
    add(ofBatch, Math.log(RENEWAL)),
  ]));
  return [sub(mean(exp(sub(product, next))), mean(joint)), next];
}

/**
 * The estimate of SMILE (Song and Ermon, "Understanding the limitations of variational mutual information estimators", ICLR
 * 2020), a scalar: that of Donsker and Varadhan with the scores of the second term cut off at ±clip.
 *
 * - *Bias*: no bound in either direction; with T = log p(z|x)/p(z) off by −log E e^cut(T), where it should be log 1. With a
 *   large clip it is {@linkcode donskerVaradhanBound}.
 * - *Variance*: that of the second term is at most (e^clip − e^−clip)²/4m over the square of its mean, whatever I is.
 * - *Range*: I as far as the critic goes, which is what limits it.
 *
 * @throws {RangeError} unless clip is positive.
 */
export function smileEstimate({ joint, product }: Scores, clip: number): Tensor {
  if (!(clip > 0)) {
    throw new RangeError(`Cannot cut scores off at ±${clip}: it must be positive`);
  }
  return donskerVaradhanBound({ joint, product: cutOff(product, clip) });
}

/** x moved into ±limit. */
export const cutOff = (x: Tensor, limit: number): Tensor => max(min(x, limit), -limit);

/**
 * How well a critic tells the two kinds of pairs apart, as a logistic classifier: E log σ(T(joint)) + E log σ(−T(product)), a
 * scalar that is greatest for T = log p(z|x)/p(z). A bound on the divergence of Jensen and Shannon, not on I: what SMILE trains
 * its critic by.
 */
export const classificationScore = ({ joint, product }: Scores): Tensor =>
  neg(add(mean(softplus(neg(joint))), mean(softplus(product))));

/** log of the mean of eˣ, a scalar. */
export const logMeanExp = (x: Tensor): Tensor => sub(logSumExp(x), Math.log(x.size));

const isDiagonal = (x: Tensor): Tensor => equal(iota(x.shape, 0), iota(x.shape, 1));

const diagonal = (x: Tensor): Tensor => sum(where(isDiagonal(x), x, 0), { axis: 1 });

/** How many draws there are. */
function checkPairs(logDensities: Tensor, least: number): number {
  const [codes, count] = logDensities.shape;
  if (logDensities.rank !== 2 || codes < 1 || codes > count || count < least) {
    throw new ShapeError(
      `Cannot bound information by log-densities ${
        shapeText(logDensities.shape)
      }: they must be [n, K] of n ≤ K codes, and of at least ${
        least === 1 ? "one draw" : `${least} draws`
      }`,
    );
  }
  return count;
}

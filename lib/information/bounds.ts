/**
 * Bounds on the mutual information I(X;Z): averages over draws, in nats, that differentiate like
 * any other tensor.
 *
 * Three of them need the density of the channel, p(z|x), and no training: InfoNCE from below,
 * leave-one-out from above, and the bound with a given marginal. The others need the scores of a
 * critic T(x, z) for joint draws and for independent ones, and are tight where T is log p(z|x)/p(z)
 * up to a constant. lib/information/critic.ts trains a critic.
 *
 * @module
 */
import { reshape, sum } from "../ops/linear.ts";
import {
  add,
  equal,
  exp,
  max,
  min,
  neg,
  softplus,
  stopGradient,
  sub,
  where,
} from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { stack } from "../ops/joining.ts";
import { logSumExp, mean } from "../ops/reduce.ts";

import { counted } from "../checks.ts";
import { sameShape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The lower bound of InfoNCE, with the density of the channel as critic. Its terms, one for each
 * code, are [n]; their mean is the bound:
 *
 *     log p(zᵢ|xᵢ) − log (1/K) Σⱼ p(zᵢ|xⱼ).
 *
 * (Van den Oord, Li and Vinyals, "Representation learning with contrastive predictive coding",
 * 2018; with p(z|x) by Poole, Ozair, van den Oord, Alemi and Tucker, "On variational bounds of
 * mutual information", ICML 2019.)
 *
 * - *Bias*: its mean is never above I, and its value never above log K. For K well above e^I it is
 *   below I by about (E p(z|x)/p(z) − 1)/2K, as much as {@linkcode leaveOneOutBound} is above I.
 * - *Variance*: small, at most the variance of log p(z|x)/p(z) over K.
 * - *Range*: I below log K, in any dimension.
 *
 * @param logDensities log p(zᵢ|xⱼ) in nats at row i and column j, [n, K]: of K joint draws, for all
 * codes or the first n
 * @throws {ShapeError} unless n is at most K, and K at least 1.
 */
export function infoNceBound(logDensities: Tensor): Tensor {
  const count = checkPairs(logDensities, 1);
  return sub(diagonal(logDensities), mixtureOf(logDensities, count));
}

/**
 * The upper bound that leaves out the example itself. Its terms, one for each code, are [n]; their
 * mean is the bound:
 *
 *     log p(zᵢ|xᵢ) − log 1/(K − 1) Σ_{j≠i} p(zᵢ|xⱼ).
 *
 * (Poole, Ozair, van den Oord, Alemi and Tucker, ICML 2019.)
 *
 * - *Bias*: its mean is never below I, and above I by about (E p(z|x)/p(z) − 1)/2K for K well above
 *   e^I. For smaller K it is of little use: the z of one example is far from all other examples,
 *   and the bound grows with that distance.
 * - *Variance*: that of log p(z|x)/p(z) over K where I is well below log K; unbounded otherwise.
 * - *Range*: as for {@linkcode infoNceBound}. If the two are close, I is known.
 *
 * @param logDensities as for {@linkcode infoNceBound}, [n, K]
 * @throws {ShapeError} unless n is at most K, and K at least 2.
 */
export function leaveOneOutBound(logDensities: Tensor): Tensor {
  const count = checkPairs(logDensities, 2);
  const others = where(isDiagonal(logDensities), -Infinity, logDensities);
  return sub(diagonal(logDensities), mixtureOf(others, count - 1));
}

/** The log-density of each code in the mixture of some examples, [n]. */
const mixtureOf = (logDensities: Tensor, count: number): Tensor =>
  sub(logSumExp(logDensities, { axis: 1 }), Math.log(count));

/**
 * The upper bound with a given marginal r(z): log p(z|x) − log r(z) for each draw, [n]; their mean
 * is the bound (Barber and Agakov, "The IM algorithm", NIPS 2003). With the prior as r it is the
 * rate of a variational autoencoder.
 *
 * - *Bias*: KL(p(z) ‖ r) above I, which is 0 where r is the distribution of z. It does not depend
 *   on n.
 * - *Variance*: that of log p(z|x)/r(z), over n.
 * - *Range*: any I and any dimension, if r is close to p(z).
 *
 * @param logConditional log p(zᵢ|xᵢ) in nats, [n]
 * @param logMarginal log r(zᵢ) in nats, [n]
 * @throws {ShapeError} unless both are [n].
 */
export function barberAgakovBound(logConditional: Tensor, logMarginal: Tensor): Tensor {
  if (logConditional.rank !== 1 || !sameShape(logConditional.shape, logMarginal.shape)) {
    throw shapeError`Cannot bound information by log-densities ${logConditional.shape} and ${logMarginal.shape}: both must be [n]`;
  }
  return sub(logConditional, logMarginal);
}

/** The scores T(x, z) of a critic. */
export interface Scores {
  /** The scores of draws of p(x, z), [n]. */
  readonly joint: Tensor;
  /** The scores of draws of p(x)·p(z), [m]. */
  readonly product: Tensor;
}

/**
 * The lower bound of Nguyen, Wainwright and Jordan ("Estimating divergence functionals", 2010), a
 * scalar: E T(joint) − E e^(T(product) − 1).
 *
 * - *Bias*: its mean is never above I, for any critic; tight for T = 1 + log p(z|x)/p(z).
 * - *Variance*: with that critic the second term has (E p(z|x)/p(z) − 1)/m, which is at least (e^I
 *   − 1)/m: too much for I above log m.
 * - *Range*: I up to a few nats.
 */
export const nwjBound = ({ joint, product }: Scores): Tensor =>
  sub(mean(joint), mean(exp(sub(product, 1))));

/**
 * The bound of Donsker and Varadhan (1983), which MINE maximises (Belghazi et al., "Mutual
 * information neural estimation", ICML 2018), a scalar: E T(joint) − log E e^T(product).
 *
 * - *Bias*: with exact expectations it is never above I. The logarithm of a mean of m draws is too
 *   small on average, so the estimate is no bound.
 * - *Variance*: the second term has at least (e^I − 1)/m, as for {@linkcode nwjBound} (Song and
 *   Ermon, ICLR 2020).
 * - *Range*: I up to a few nats.
 */
export const donskerVaradhanBound = ({ joint, product }: Scores): Tensor =>
  sub(mean(joint), logMeanExp(product));

/** The scores of a critic that {@linkcode floBound} takes. */
export interface FloScores extends Scores {
  /** The second score u(x, z) of the critic for the draws of p(x, z), [n]. */
  readonly slack: Tensor;
}

/**
 * The lower bound of Fenchel, Legendre and Donsker (FLO: Guo, Chen, Wang, Huang, Liu and Carin,
 * "Tight mutual information estimation with contrastive Fenchel–Legendre optimization", NeurIPS
 * 2022). Its terms, one for each joint draw, are [n]; their mean is the bound:
 *
 *     1 − u(x, z) − e^(−u(x, z)) · mean over z′ of e^(T(x, z′) − T(x, z)).
 *
 * - *Bias*: its mean is never above I, for any T and u; tight for T = log p(z|x)/p(z) plus
 *   any function of x, and u = −log p(z|x)/p(z).
 * - *Variance*: with the best u, that of log p(z|x)/p(z) over n, plus that of p(z′|x)/p(z′) over
 *   the number of z′.
 * - *Range*: I up to a few nats. Unlike {@linkcode infoNceBound} it is not limited by log K.
 *
 * @param scores `product` has [m·n] scores, row i of each block of n with the x of joint draw i
 * @throws {ShapeError} unless the numbers of scores fit.
 */
export function floBound({ joint, product, slack }: FloScores): Tensor {
  const [n] = joint.shape;
  if (!sameShape(joint.shape, slack.shape) || product.size % n !== 0) {
    throw shapeError`Cannot bound information by scores ${joint.shape}, ${product.shape} and ${slack.shape}: they must be [n], [m·n] and [n]`;
  }
  const blocks = reshape(product, [product.size / n, n]);
  const ratios = mean(exp(sub(blocks, add(joint, slack))), { axis: 0 });
  return sub(1, add(slack, ratios));
}

/** The weight of a batch in the running mean of {@linkcode mineLoss}. */
const RENEWAL = 0.01;

/**
 * The loss of MINE, a scalar. The gradient of −{@linkcode donskerVaradhanBound} is divided by the
 * mean of e^T over the batch, which biases it. The gradient of this loss is divided by a running
 * mean over batches instead (Belghazi et al., section 3.2).
 *
 * @param logMean the logarithm of the running mean, a scalar
 * @returns the loss, whose value has no meaning, and the logarithm of the running mean after this
 * batch.
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
 * The estimate of SMILE (Song and Ermon, "Understanding the limitations of variational mutual
 * information estimators", ICLR 2020), a scalar: the bound of Donsker and Varadhan, with the scores
 * of the second term cut off at ±clip.
 *
 * - *Bias*: no bound in either direction. With T = log p(z|x)/p(z) the bias is −log E e^cut(T),
 *   where cut(T) is T cut off. With a large clip it is {@linkcode donskerVaradhanBound}.
 * - *Variance*: that of the second term is at most (e^clip − e^−clip)²/4m over the square of its
 *   mean, for any I.
 * - *Range*: limited by the critic alone.
 *
 * @throws {RangeError} unless clip is positive.
 */
export function smileEstimate({ joint, product }: Scores, clip: number): Tensor {
  if (!(clip > 0)) {
    throw new RangeError(`Cannot cut scores off at ±${clip}: it must be positive`);
  }
  return donskerVaradhanBound({ joint, product: cutOff(product, clip) });
}

/** x, cut off at ±limit. */
export const cutOff = (x: Tensor, limit: number): Tensor => max(min(x, limit), -limit);

/**
 * The score of a critic as a logistic classifier of joint and independent draws, E log
 * σ(T(joint)) + E log σ(−T(product)): a scalar that is greatest for T = log p(z|x)/p(z). It bounds
 * the divergence of Jensen and Shannon, not I. SMILE trains its critic by it.
 */
export const classificationScore = ({ joint, product }: Scores): Tensor =>
  neg(add(mean(softplus(neg(joint))), mean(softplus(product))));

/** The logarithm of the mean of eˣ, a scalar. */
export const logMeanExp = (x: Tensor): Tensor => sub(logSumExp(x), Math.log(x.size));

const isDiagonal = (x: Tensor): Tensor => equal(iota(x.shape, 0), iota(x.shape, 1));

const diagonal = (x: Tensor): Tensor => sum(where(isDiagonal(x), x, 0), { axis: 1 });

/** The number of draws. */
function checkPairs(logDensities: Tensor, least: number): number {
  const [codes, count] = logDensities.shape;
  if (logDensities.rank !== 2 || codes < 1 || codes > count || count < least) {
    const rule = `they must be [n, K] of n ≤ K codes, and of at least ${counted(least, "draw")}`;
    throw shapeError`Cannot bound information by log-densities ${logDensities.shape}: ${rule}`;
  }
  return count;
}

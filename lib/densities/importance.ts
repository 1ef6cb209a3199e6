/**
 * The k-sample bound on the evidence (Burda, Grosse and Salakhutdinov, "Importance weighted
 * autoencoders", ICLR 2016):
 *
 *     L_k = E log (1/k) Σᵢ wᵢ,    wᵢ = p(x, zᵢ) / q(zᵢ|x),    zᵢ independent draws of q(z|x).
 *
 * L₁ is the ELBO; L_k never falls with k, and tends to log p(x).
 *
 * @module
 */
import { expandDims } from "../ops/linear.ts";
import { concat } from "../ops/joining.ts";
import { logSumExp } from "../ops/reduce.ts";
import { sub } from "../ops/elementwise.ts";
import { full } from "../create.ts";
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The bound on log p(x) of each example, log (1/k) Σᵢ wᵢ in nats, [batch].
 *
 * @param logWeights log wᵢ = log p(x|zᵢ) + log p(zᵢ) − log q(zᵢ|x), [k, batch]
 * @throws {ShapeError} where they are not [k, batch] with k ≥ 1.
 */
export function importanceBound(logWeights: Tensor): Tensor {
  checkWeights(logWeights);
  return sub(logSumExp(logWeights, { axis: 0 }), Math.log(logWeights.shape[0]));
}

/** The logarithm of a sum of no weights, [batch]: the start for {@linkcode addWeights}. */
export const noWeights = (batch: number): Tensor => full([batch], -Infinity);

/**
 * log Σ w with a further chunk of weights added, [batch]. In chunks, a bound of many samples takes
 * the memory of few. With k samples in all, the bound is log Σ w − log k.
 *
 * @param total log Σ w of the chunks before, [batch]
 * @param logWeights [samples, batch]
 * @throws {ShapeError} as {@linkcode importanceBound} does, or where the batches differ.
 */
export function addWeights(total: Tensor, logWeights: Tensor): Tensor {
  checkWeights(logWeights);
  return logSumExp(concat([expandDims(total, 0), logWeights]), { axis: 0 });
}

function checkWeights(logWeights: Tensor): void {
  if (logWeights.rank === 2 && logWeights.shape[0] > 0) return;
  const rule = "they must be [samples, batch], of at least one sample";
  throw shapeError`Cannot bound the evidence by weights ${logWeights.shape}: ${rule}`;
}

/**
 * Activations: elementwise functions between layers, and the softmax.
 *
 * @module
 */
import { exp, max, neg, softplus, sub } from "../ops/elementwise.ts";
import { requireTensors } from "../ops/primitive.ts";
import { logSumExp } from "../ops/reduce.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => max(x, 0);

/** log σ(x) = −softplus(−x), finite for every finite x. */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)));

/** eˣ / Σ eˣ along an axis, the last unless given. */
export function softmax(x: Tensor, axis = -1): Tensor {
  requireTensors("softmax", [x]);
  const along = normalizeAxis(axis, x.shape, "softmax");
  return exp(sub(x, logSumExp(x, { axis: along, keepDims: true })));
}

/**
 * Losses. Each is a value for each row of the batch, or as its docstring says; take the `mean`.
 *
 * @module
 */
import { mul, softplus, sub } from "../ops/elementwise.ts";
import { sum } from "../ops/linear.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The distortion of binary images, −log p(x) of independent Bernoulli pixels given by logits, in
 * nats: summed over all axes but the first, [batch]. Value and gradient are finite for all finite
 * logits.
 */
export function bernoulliCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const nats = sub(softplus(logits), mul(targets, logits));
  return sum(nats, { axis: logits.shape.map((_, i) => i).slice(1) });
}

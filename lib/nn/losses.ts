/**
 * Losses. Each is a value for each row of the batch, or as its docstring says; take the `mean`.
 *
 * @module
 */
import { mul, neg, softplus, sub } from "../ops/elementwise.ts";
import { takeAlongAxis } from "../ops/indexing.ts";
import { expandDims, reshape, sum } from "../ops/linear.ts";
import { square } from "../ops/powers.ts";
import { requireTensors } from "../ops/primitive.ts";
import { mean } from "../ops/reduce.ts";
import { sameShape, shapeError } from "../shape.ts";
import { logSoftmax } from "./activations.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The distortion of binary images, −log p(x) of independent Bernoulli pixels given by logits, in
 * nats: summed over all axes but the first, [batch]. Value and gradient are finite for all finite
 * logits.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { bernoulliCrossEntropy, tensor, zeros } from "@echograd/echograd";
 * const nats = bernoulliCrossEntropy(zeros([1, 2]), tensor([[0, 1]]));
 * assertAlmostEquals(await nats.item(), 2 * Math.log(2), 1e-6);
 * ```
 */
export function bernoulliCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const nats = sub(softplus(logits), mul(targets, logits));
  return sum(nats, { axis: logits.shape.map((_, i) => i).slice(1) });
}

/**
 * The cross-entropy −Σ t·log softmax(logits) over the last axis, in nats: [...batch, classes] to
 * [...batch]. The targets are labels, int32 [...batch], or probabilities, [...batch, classes].
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { mean, softmaxCrossEntropy, tensor, zeros } from "@echograd/echograd";
 * const labels = tensor([0, 3], { dtype: "int32" });
 * const loss = mean(softmaxCrossEntropy(zeros([2, 4]), labels));
 * assertAlmostEquals(await loss.item(), Math.log(4), 1e-6);
 * ```
 * @throws {ShapeError} where the targets do not fit the logits; {RangeError} where labels that are
 * known are no classes.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  requireTensors("softmaxCrossEntropy", [logits, targets]);
  const isLabels = targets.dtype === "int32";
  if (!sameShape(targets.shape, isLabels ? logits.shape.slice(0, -1) : logits.shape)) {
    const rule = "labels have its shape without the last axis, probabilities its shape";
    throw shapeError`Cannot softmaxCrossEntropy logits ${logits.shape} against ${targets.shape}: ${rule}`;
  }
  const logs = logSoftmax(logits);
  if (!isLabels) return neg(sum(mul(logs, targets), { axis: -1 }));
  return neg(reshape(takeAlongAxis(logs, expandDims(targets, -1), logs.rank - 1), targets.shape));
}

/**
 * The mean of (x − y)² over all elements, a scalar.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { meanSquaredError, tensor } from "@echograd/echograd";
 * assertEquals(await meanSquaredError(tensor([1, 2]), tensor([1, 6])).item(), 8);
 * ```
 * @throws {ShapeError} where the shapes differ.
 */
export function meanSquaredError(x: Tensor, y: Tensor): Tensor {
  requireTensors("meanSquaredError", [x, y]);
  if (!sameShape(x.shape, y.shape)) {
    throw shapeError`Cannot take the meanSquaredError of ${x.shape} and ${y.shape}: their shapes are equal`;
  }
  return mean(square(sub(x, y)));
}

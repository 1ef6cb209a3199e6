/**
 * Variances and norms: reductions of squares.
 *
 * @module
 */
import { describe } from "../checks.ts";
import type { Tensor } from "../tensor.ts";
import { abs, equal, max, mul, sqrt, sub, where } from "./elementwise.ts";
import { axesOf, type ReduceOptions, sum } from "./linear.ts";
import { requireDType } from "./primitive.ts";
import { mean, reduceMax } from "./reduce.ts";

/** √x with the gradient 0 at 0, where that of √x is infinite. */
function root(x: Tensor): Tensor {
  const isZero = equal(x, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, x)));
}

/** Settings of {@linkcode variance} and {@linkcode std}. */
export interface VarianceOptions extends ReduceOptions {
  /** The mean is over n − correction elements: 0 unless given, 1 for a sample's variance. */
  readonly correction?: number;
}

/**
 * The mean squared distance from the mean over some axes, Σ (x − mean)² / (n − correction); NaN
 * over none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tensor, variance } from "@echograd/echograd";
 * assertEquals(await variance(tensor([1, 3])).item(), 1);
 * assertEquals(await variance(tensor([1, 3]), { correction: 1 }).item(), 2);
 * ```
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { correction = 0, ...rest } = options;
  const axis = axesOf("variance", x, rest);
  const count = axis.reduce((n, a) => n * x.shape[a], 1);
  const centred = sub(x, mean(x, { axis, keepDims: true }));
  return mul(mean(mul(centred, centred), rest), count / Math.max(0, count - correction));
}

/**
 * The standard deviation over some axes, the root of the {@linkcode variance}. Its gradient is 0
 * where all elements are equal.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { std, tensor } from "@echograd/echograd";
 * assertEquals(await std(tensor([1, 5])).item(), 2);
 * ```
 */
export const std = (x: Tensor, options: VarianceOptions = {}): Tensor => root(variance(x, options));

/** Settings of {@linkcode norm}. */
export interface NormOptions extends ReduceOptions {
  /** The power: 1 for Σ|x|, 2 for √Σx², Infinity for the largest |x|; 2 unless given. */
  readonly order?: 1 | 2 | typeof Infinity;
}

/**
 * The length of the vectors along some axes, √Σx² unless another order is given; several axes count
 * as one. The gradient is 0 at 0. Σx² must be within float32.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { norm, tensor } from "@echograd/echograd";
 * assertEquals(await norm(tensor([3, -4])).item(), 5);
 * assertEquals(await norm(tensor([3, -4]), { order: 1 }).item(), 7);
 * ```
 * @throws {RangeError} for another order.
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  const { order = 2, ...rest } = options;
  const axes = axesOf("norm", x, rest);
  requireDType("norm", x, "float32");
  const over = { ...rest, axis: axes };
  if (order === 1) return sum(abs(x), over);
  if (order === 2) return root(sum(mul(x, x), over));
  if (order === Infinity) return max(reduceMax(abs(x), over), 0);
  throw new RangeError(`Cannot norm with order ${describe(order)}: orders are 1, 2 and Infinity`);
}

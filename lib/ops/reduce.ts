/**
 * Reductions other than the sum, and running sums.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  isNaN,
  less,
  log,
  max,
  mul,
  or,
  stopGradient,
  sub,
  where,
} from "./elementwise.ts";
import { iota } from "./indexing.ts";
import {
  axesOf,
  flip,
  type ReduceOptions,
  type Reduction,
  reduction,
  reshape,
  spread,
  sum,
  without,
} from "./linear.ts";
import { apply, NUMBERS, primitive, requireDType, requireTensors } from "./primitive.ts";

/**
 * The largest element over some axes; NaN if any is NaN. Over no elements it is −∞, or the least
 * integer.
 */
export const reduceMax: Reduction = reduction("reduceMax", "max", (dy, y, [x], axes) => {
  // Equal largest elements share the gradient.
  const hit = cast(equal(x, spread(y, x, axes)), "float32");
  const count = sum(hit, { axis: axes });
  return [mul(hit, spread(div(dy, count), x, axes))];
});

/** The mean over some axes; NaN over none. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = axesOf("mean", x, options);
  requireDType("mean", x, "float32");
  const count = axes.reduce((n, axis) => n * x.shape[axis], 1);
  return count === 0 ? add(sum(x, options), NaN) : mul(sum(x, options), 1 / count);
}

/**
 * The index of the largest element along an axis, int32: the first of equals, or the first NaN if
 * there is one.
 */
export function argmax(
  x: Tensor,
  options: { readonly axis: number; readonly keepDims?: boolean },
): Tensor {
  requireTensors("argmax", [x]);
  checkOptions("argmax", options, "axis", "keepDims");
  const axis = normalizeAxis(options.axis, x.shape, "argmax");
  const n = x.shape[axis];
  if (n === 0) throw new RangeError("Cannot argmax along an empty axis");
  const largest = reduceMax(x, { axis, keepDims: true });
  const here = equal(x, largest);
  const hit = x.dtype === "float32" ? or(here, isNaN(x)) : here;
  const fromEnd = sub(n - 1, iota(x.shape, axis));
  return sub(n - 1, reduceMax(where(hit, fromEnd, -1), { axis, keepDims: options.keepDims }));
}

/**
 * log Σ eˣ over some axes, without overflow; its gradient is the softmax. Over no elements, and
 * where all are −∞, it is −∞ with gradient 0.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axis = axesOf("logSumExp", x, options);
  const top = stopGradient(reduceMax(x, { axis, keepDims: true }));
  // Where all elements are −∞, or one is +∞, x − top would be ∞ − ∞.
  const finite = where(less(abs(top), Infinity), top, 0);
  // The sum is at least e⁰ = 1, or 0 where all elements are −∞. At 0 the slope of the logarithm
  // is infinite, so 0.5 replaces it, which passes no gradient on; `top` makes y −∞ there.
  const total = max(sum(exp(sub(x, finite)), { axis, keepDims: true }), 0.5);
  const y = add(log(total), top);
  return options.keepDims ? y : reshape(y, without(x.shape, axis));
}

const cumsumPrimitive = primitive<{ readonly axis: number; readonly exclusive: boolean }>({
  name: "cumsum",
  type([x]) {
    requireDType("cumsum", x, ...NUMBERS);
    return x;
  },
  lower: (_, { axis, exclusive }) => ({ kind: "scan", axis, exclusive }),
  gradient: (dy, _, __, { axis, exclusive }) => [cumsum(dy, { axis, exclusive, reverse: true })],
});

/**
 * Running sums along an axis. Exclusive sums leave out the element itself; reverse sums start at
 * the end.
 */
export function cumsum(
  x: Tensor,
  options: { readonly axis: number; readonly exclusive?: boolean; readonly reverse?: boolean },
): Tensor {
  requireTensors("cumsum", [x]);
  checkOptions("cumsum", options, "axis", "exclusive", "reverse");
  const axis = normalizeAxis(options.axis, x.shape, "cumsum");
  const attributes = { axis, exclusive: options.exclusive ?? false };
  return options.reverse
    ? flip(apply(cumsumPrimitive, [flip(x, axis)], attributes), axis)
    : apply(cumsumPrimitive, [x], attributes);
}

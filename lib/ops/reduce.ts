/**
 * Reductions other than the sum, and running sums.
 *
 * @module
 */
import { checkFlag, checkOptions } from "../checks.ts";
import { ones } from "../create.ts";
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
  neg,
  not,
  or,
  stopGradient,
  sub,
  where,
} from "./elementwise.ts";
import { iota } from "./indexing.ts";
import { concat } from "./joining.ts";
import {
  axesOf,
  flip,
  type ReduceOptions,
  type Reduction,
  reduction,
  reshape,
  spread,
  sum,
  transpose,
  without,
} from "./linear.ts";
import {
  apply,
  NUMBERS,
  type Primitive,
  primitive,
  requireDType,
  requireTensors,
} from "./primitive.ts";
import { slice } from "./slicing.ts";

/** The gradient of an extreme: equal ones share it. */
const ofExtreme: Primitive<readonly number[]>["gradient"] = (dy, y, [x], axes) => {
  const hit = cast(equal(x, spread(y, x, axes)), "float32");
  const count = sum(hit, { axis: axes });
  return [mul(hit, spread(div(dy, count), x, axes))];
};

/**
 * The largest element over some axes; NaN if any is NaN. Over no elements it is −∞, or the least
 * integer.
 */
export const reduceMax: Reduction = /* @__PURE__ */ reduction("reduceMax", "max", ofExtreme);

/**
 * The smallest element over some axes; NaN if any is NaN. Over no elements it is ∞, or the greatest
 * integer.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reduceMin, tensor } from "@echograd/echograd";
 * assertEquals([...await reduceMin(tensor([[3, 1], [2, 5]]), { axis: 1 }).read()], [1, 2]);
 * ```
 */
export const reduceMin: Reduction = /* @__PURE__ */ reduction("reduceMin", "min", ofExtreme);

/**
 * The product over some axes; 1 over none. Its gradients of every order are right where elements
 * are 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { grad, prod, type Tensor, tensor } from "@echograd/echograd";
 * const x = tensor([2, 0, 3]);
 * assertEquals(await prod(x).item(), 0);
 * assertEquals([...await grad((x: Tensor) => prod(x))(x).read()], [0, 6, 0]);
 * ```
 */
export const prod: Reduction = /* @__PURE__ */ reduction("prod", "mul", (dy, _, [x], axes) => {
  const order = [...x.shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const front = transpose(x, order);
  const lines = reshape(front, [-1, axes.reduce((n, axis) => n * x.shape[axis], 1)]);
  const others = transpose(
    reshape(productOfOthers(lines), front.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
  return [mul(others, spread(dy, x, axes))];
});

/**
 * For each element of a row the product of the others, without a division: element i is paired with
 * element i + n/2, and the others of one are its partner and the other pairs.
 */
function productOfOthers(x: Tensor): Tensor {
  const [rows, n] = x.shape;
  if (n < 2) return ones(x.shape);
  if (n % 2 === 1) {
    const more = concat([x, ones([rows, 1])], 1);
    return slice(productOfOthers(more), [0, 0], [rows, n]);
  }
  const a = slice(x, [0, 0], [rows, n / 2]), b = slice(x, [0, n / 2], [rows, n / 2]);
  const pairs = productOfOthers(mul(a, b));
  return concat([mul(pairs, b), mul(pairs, a)], 1);
}

/**
 * Whether a bool holds somewhere along some axes; false over no elements.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { any, tensor } from "@echograd/echograd";
 * assertEquals([...await any(tensor([[true, false], [false, false]]), { axis: 1 }).read()], [1, 0]);
 * ```
 */
export const any = (x: Tensor, options?: ReduceOptions): Tensor =>
  ofBools("any", reduceMax, x, options);

/**
 * Whether a bool holds everywhere along some axes; true over no elements.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { all, tensor } from "@echograd/echograd";
 * assertEquals([...await all(tensor([[true, true], [false, true]]), { axis: 1 }).read()], [1, 0]);
 * ```
 */
export const all = (x: Tensor, options?: ReduceOptions): Tensor =>
  ofBools("all", reduceMin, x, options);

function ofBools(op: string, reduce: Reduction, x: Tensor, options?: ReduceOptions): Tensor {
  requireDType(op, x, "bool");
  return cast(reduce(cast(x, "int32"), options), "bool");
}

/** The mean over some axes; NaN over none. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = axesOf("mean", x, options);
  requireDType("mean", x, "float32");
  const count = axes.reduce((n, axis) => n * x.shape[axis], 1);
  return count === 0 ? add(sum(x, options), NaN) : mul(sum(x, options), 1 / count);
}

/** Settings of {@linkcode argmax} and {@linkcode argmin}. */
export interface ArgOptions {
  /** The axis to search along, where a negative one counts from the back; all elements in row-major order unless given. */
  readonly axis?: number;
  /** Whether the axis stays, with size 1; false unless given. */
  readonly keepDims?: boolean;
}

/**
 * The index of the largest element along an axis, int32: the first of equals, or the first NaN if
 * there is one.
 *
 * @throws {RangeError} where there is no such axis, or it is empty.
 */
export const argmax = (x: Tensor, options: ArgOptions = {}): Tensor =>
  indexOfMost("argmax", x, options);

/**
 * The index of the smallest element along an axis, int32: the first of equals, or the first NaN if
 * there is one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { argmin, tensor } from "@echograd/echograd";
 * assertEquals(await argmin(tensor([3, 1, 2])).item(), 1);
 * assertEquals([...await argmin(tensor([[3, 1], [2, 5]]), { axis: 1 }).read()], [1, 0]);
 * ```
 * @throws {RangeError} where there is no such axis, or it is empty.
 */
export const argmin = (x: Tensor, options: ArgOptions = {}): Tensor =>
  indexOfMost("argmin", x, options);

function indexOfMost(op: "argmax" | "argmin", x: Tensor, options: ArgOptions): Tensor {
  requireDType(op, x, ...NUMBERS);
  checkOptions(op, options, "axis", "keepDims");
  const { axis, keepDims = false } = options;
  checkFlag(op, "keepDims", keepDims);
  const line = axis === undefined ? reshape(x, [x.size]) : x;
  const along = normalizeAxis(axis ?? 0, line.shape, op), n = line.shape[along];
  if (n === 0) throw new RangeError(`Cannot ${op} along an empty axis`);
  const seen = op === "argmax" ? line : reversed(line);
  const here = equal(seen, reduceMax(seen, { axis: along, keepDims: true }));
  const hit = x.dtype === "float32" ? or(here, isNaN(seen)) : here;
  const fromEnd = where(hit, sub(n - 1, iota(seen.shape, along)), -1);
  const index = sub(n - 1, reduceMax(fromEnd, { axis: along, keepDims }));
  return axis === undefined && keepDims ? reshape(index, x.shape.map(() => 1)) : index;
}

/** x in the opposite order: −x, or −1 − x for integers, where −x of the least is itself. */
export const reversed = (x: Tensor): Tensor => x.dtype === "float32" ? neg(x) : not(x);

/**
 * log Σ eˣ over some axes, without overflow; its gradient is the softmax. Over no elements, and
 * where all are −∞, it is −∞ with gradient 0.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axis = axesOf("logSumExp", x, options);
  const [powers, top] = belowOne(x, axis);
  // The sum is at least e⁰ = 1, or 0 where all elements are −∞. At 0 the slope of the logarithm
  // is infinite, so 0.5 replaces it, which passes no gradient on; `top` makes y −∞ there.
  const y = add(log(max(sum(powers, { axis, keepDims: true }), 0.5)), top);
  return options.keepDims ? y : reshape(y, without(x.shape, axis));
}

/**
 * e^(x − top) and `top`, the largest x over some axes, which passes no gradient on.
 *
 * @internal
 */
export function belowOne(x: Tensor, axis: readonly number[]): [powers: Tensor, top: Tensor] {
  const top = stopGradient(reduceMax(x, { axis, keepDims: true }));
  // Where all elements are −∞, or one is +∞, x − top would be ∞ − ∞.
  return [exp(sub(x, where(less(abs(top), Infinity), top, 0))), top];
}

const cumsumPrimitive = /* @__PURE__ */ primitive<
  { readonly axis: number; readonly exclusive: boolean }
>({
  name: "cumsum",
  type([x]) {
    requireDType("cumsum", x, ...NUMBERS);
    return x;
  },
  lower: (_, { axis, exclusive }) => ({ kind: "scan", axis, exclusive }),
  gradient: (dy, _, __, { axis, exclusive }) => [cumsum(dy, { axis, exclusive, reverse: true })],
});

/** Settings of {@linkcode cumsum}. */
export interface CumsumOptions {
  /** The axis; a negative one counts from the back. */
  readonly axis: number;
  /** Whether a sum leaves out the element itself; false unless given. */
  readonly exclusive?: boolean;
  /** Whether the sums start at the end; false unless given. */
  readonly reverse?: boolean;
}

/** Running sums along an axis. */
export function cumsum(x: Tensor, options: CumsumOptions): Tensor {
  requireTensors("cumsum", [x]);
  checkOptions("cumsum", options, "axis", "exclusive", "reverse");
  const axis = normalizeAxis(options.axis, x.shape, "cumsum");
  const attributes = { axis, exclusive: options.exclusive ?? false };
  return options.reverse
    ? flip(apply(cumsumPrimitive, [flip(x, axis)], attributes), axis)
    : apply(cumsumPrimitive, [x], attributes);
}

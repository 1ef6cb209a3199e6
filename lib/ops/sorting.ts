/**
 * Sorting, by Batcher's bitonic network ("Sorting networks and their applications", AFIPS 1968):
 * stages that compare fixed pairs and exchange those that are out of order. As the pairs do not
 * depend on the data, a stage is one formula of each element and its partner, on every device.
 *
 * Worked example: the pairs of 4 elements are (0 1)(2 3), then (0 3)(1 2), then (0 1)(2 3). For
 * 2ᵏ elements there are k·(k + 1)/2 stages, 153 for 10⁵.
 *
 * @module
 */
import { add as plus, constantIndex, scale } from "../../kernels/indexing.ts";
import * as s from "../../kernels/scalar.ts";
import { checkFlag, checkOptions, describe } from "../checks.ts";
import { full } from "../create.ts";
import { normalizeAxis, type Shape } from "../shape.ts";
import type { DType, Tensor } from "../tensor.ts";
import { add, cast, isNaN, less, stopGradient, sub, where } from "./elementwise.ts";
import { iota, takeAlongAxis } from "./indexing.ts";
import { concat, stack } from "./joining.ts";
import { reshape, transpose } from "./linear.ts";
import { apply, map, NUMBERS, primitive, requireDType } from "./primitive.ts";
import { reversed } from "./reduce.ts";
import { slice } from "./slicing.ts";

/**
 * A stage. x [2, …] has keys and their places; along an axis, element i and its mirror image are
 * compared as (key, place), and the smaller comes first. The input is listed once for each read, as
 * the compiler counts evaluations by inputs.
 */
const exchangePrimitive = /* @__PURE__ */ primitive<number>({
  name: "exchange",
  type: ([x]) => x,
  lower: ([{ shape }], axis) =>
    map((at, read) => {
      const there = at.with(axis, plus(constantIndex(shape[axis] - 1), scale(at[axis], -1)));
      const [keys, places] = [constantIndex(0), constantIndex(1)];
      const key = read(0, at.with(0, keys)), otherKey = read(1, there.with(0, keys));
      const place = read(2, at.with(0, places)), otherPlace = read(3, there.with(0, places));
      const isTie = s.and(s.equal(otherKey, key), s.less(otherPlace, place));
      const isBehind = s.or(s.less(otherKey, key), isTie);
      const isFirst = s.less(s.position(at[axis]), s.constant(shape[axis] / 2, "int32"));
      const moves = s.equal(isBehind, isFirst);
      const ofKeys = s.less(s.position(at[0]), s.constant(1, "int32"));
      return s.select(
        ofKeys,
        s.select(moves, otherKey, key),
        s.select(moves, otherPlace, place),
      );
    }),
});

/** A stage on x that is seen in another shape. */
function exchange(x: Tensor, shape: Shape, axis: number): Tensor {
  const seen = reshape(x, shape);
  return apply(exchangePrimitive, [seen, seen, seen, seen], axis);
}

/**
 * Sorts rows of n = 2ᵏ pairs, [2, rows, n].
 *
 * A device computes neighbours together if their partners are neighbours, too. Partners that are
 * near would be in its way: so a row is seen as [high, low], and while partners differ in `low` it
 * is stored as [low, high].
 */
function sortRows(x: Tensor): Tensor {
  const [, rows, n] = x.shape;
  const low = 2 ** (Math.log2(n) >> 1), high = n / low;
  const turn = (x: Tensor, ...shape: number[]) =>
    transpose(reshape(x, [2, rows, ...shape]), [0, 1, 3, 2]);
  x = turn(x, high, low);
  for (let block = 2; block <= n; block *= 2) {
    let half = block / 4;
    if (block <= low) x = exchange(x, [2, rows, low / block, block, high], 3);
    else {
      x = exchange(turn(x, low, high), [2, rows, n / block, block], 3);
      for (; half >= low; half /= 2) x = exchange(x, [2, rows, n / (2 * half), 2, half], 3);
      x = turn(x, high, low);
    }
    for (; half >= 1; half /= 2) {
      x = exchange(x, [2, rows, low / (2 * half), 2, half, high], 3);
    }
  }
  return reshape(turn(x, low, high), [2, rows, n]);
}

/** What no element of a dtype is above. */
const GREATEST: Readonly<Record<DType, number>> = {
  ...{ float32: Infinity, int32: 0x7fffffff, uint32: 0xffffffff, bool: 1 },
};
/** Places up to 2n are numbers of the dtype of the keys, and float32 has the integers to 2²⁴. */
const MOST = 1 << 23;

/** The stable order of the rows of a matrix. */
function orderOfRows(x: Tensor): Tensor {
  const [rows, n] = x.shape;
  if (n > MOST) throw new RangeError(`Cannot sort ${n} elements: at most 2^23 can be sorted`);
  const size = 2 ** Math.ceil(Math.log2(n));
  const fill = (y: Tensor, value: number) =>
    size === n ? y : concat([y, full([rows, size - n], value, y.dtype)], 1);
  // Equal elements are told apart by their places. NaN counts as ∞ at a place behind all others,
  // and what fills the row up comes behind those.
  const place = iota([rows, n], 1, x.dtype);
  const nan = x.dtype === "float32" ? isNaN(x) : undefined;
  const keys = nan === undefined ? x : where(nan, Infinity, x);
  const places = nan === undefined ? place : where(nan, add(place, n), place);
  const sorted = sortRows(stack([fill(keys, GREATEST[x.dtype]), fill(places, 2 * n)]));
  const order = cast(reshape(slice(sorted, [1, 0, 0], [1, rows, n]), [rows, n]), "int32");
  return nan === undefined ? order : where(less(order, n), order, sub(order, n));
}

/** Settings of {@linkcode sort} and {@linkcode argsort}. */
export interface SortOptions {
  /** The axis to sort along; the last unless given. */
  readonly axis?: number;
  /** Whether the largest comes first; false unless given. */
  readonly descending?: boolean;
}

/**
 * The indices, int32 of the shape of x, that sort it along an axis. The order is stable: equal
 * elements stay in their order, also where the largest comes first. NaN comes last in either
 * direction.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { argsort, tensor } from "@echograd/echograd";
 * const x = tensor([3, 1, 2, 1]);
 * assertEquals([...await argsort(x).read()], [1, 3, 2, 0]);
 * assertEquals([...await argsort(x, { descending: true }).read()], [0, 2, 1, 3]);
 * ```
 * @throws {TypeError} where x is bool; {RangeError} where there is no such axis.
 */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  return orderOf("argsort", x, options).order;
}

/** The order of {@linkcode argsort} and its axis, for an op of another name. */
function orderOf(op: string, x: Tensor, options: SortOptions): { order: Tensor; axis: number } {
  requireDType(op, x, ...NUMBERS);
  checkOptions(op, options, "axis", "descending");
  const { axis: given = -1, descending = false } = options;
  checkFlag(op, "descending", descending);
  const axis = normalizeAxis(given, x.shape, op);
  if (x.size === 0) return { order: iota(x.shape), axis };
  const fixed = stopGradient(descending ? reversed(x) : x);
  const order = [...x.shape.keys()].toSpliced(axis, 1).concat(axis);
  const lines = transpose(fixed, order);
  const sorted = orderOfRows(reshape(lines, [-1, x.shape[axis]]));
  const back = order.map((_, a) => order.indexOf(a));
  return { order: transpose(reshape(sorted, lines.shape), back), axis };
}

/**
 * The elements in order along an axis, the smallest first unless told otherwise, and NaN last. The
 * gradient goes to where each element came from; of equal ones, to one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sort, tensor } from "@echograd/echograd";
 * assertEquals([...await sort(tensor([3, 1, 2])).read()], [1, 2, 3]);
 * ```
 * @throws {TypeError} where x is bool; {RangeError} where there is no such axis.
 */
export function sort(x: Tensor, options: SortOptions = {}): Tensor {
  const { order, axis } = orderOf("sort", x, options);
  return takeAlongAxis(x, order, axis);
}

/**
 * The k largest elements along the last axis, the largest first, and their indices, int32. Of equal
 * elements the first comes first, as in JAX; NaN counts as the smallest.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tensor, topK } from "@echograd/echograd";
 * const [values, indices] = topK(tensor([1, 9, 4, 9]), 3);
 * assertEquals([...await values.read()], [9, 9, 4]);
 * assertEquals([...await indices.read()], [1, 3, 2]);
 * ```
 * @throws {RangeError} unless k is an integer from 0 to the size of the axis.
 */
export function topK(x: Tensor, k: number): [values: Tensor, indices: Tensor] {
  const { order } = orderOf("topK", x, { descending: true });
  const n = x.shape.at(-1)!;
  if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
    throw new RangeError(`Cannot take the top ${describe(k)} of ${n}: k is from 0 to ${n}`);
  }
  const indices = slice(order, x.shape.map(() => 0), x.shape.with(-1, k));
  return [takeAlongAxis(x, indices, x.rank - 1), indices];
}

/**
 * Arrangements: tensors that are parts, copies and reorderings of others, and tensors of a pattern.
 *
 * @module
 */
import { checkArray, describe } from "../checks.ts";
import { full, zeros } from "../create.ts";
import { checkShape, normalizeAxis, type Shape, shapeError } from "../shape.ts";
import { type DType, Tensor } from "../tensor.ts";
import { add, cast, equal, lessEqual, max, min, mul, sub, where } from "./elementwise.ts";
import { iota, take } from "./indexing.ts";
import { concat } from "./joining.ts";
import { broadcastTo, expandDims, reshape, transpose } from "./linear.ts";
import { requireDType, requireTensors } from "./primitive.ts";
import { slice } from "./slicing.ts";

const origin = (x: Tensor): number[] => x.shape.map(() => 0);

/** Throws RangeError unless x is an integer, from `least` on. */
function checkCount(op: string, x: number, least = 0): void {
  if (Number.isInteger(x) && x >= least) return;
  const from = least === -Infinity ? "" : ` from ${least}`;
  throw new RangeError(`Cannot ${op} ${describe(x)}: it takes an integer${from}`);
}

/**
 * x without axes of size 1: one axis, several, or all of them unless given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { squeeze, zeros } from "@echograd/echograd";
 * assertEquals(squeeze(zeros([1, 3, 1])).shape, [3]);
 * assertEquals(squeeze(zeros([1, 3, 1]), 0).shape, [3, 1]);
 * ```
 * @throws {ShapeError} where an axis has another size.
 */
export function squeeze(x: Tensor, axis?: number | readonly number[]): Tensor {
  requireTensors("squeeze", [x]);
  const axes = axis === undefined
    ? [...x.shape.keys()].filter((a) => x.shape[a] === 1)
    : [axis].flat().map((a) => normalizeAxis(a, x.shape, "squeeze"));
  const odd = axes.find((a) => x.shape[a] !== 1);
  if (odd !== undefined) {
    throw shapeError`Cannot squeeze axis ${odd} of ${x.shape}: its size is ${x.shape[odd]}, not 1`;
  }
  return reshape(x, x.shape.filter((_, a) => !axes.includes(a)));
}

/**
 * The parts of x along an axis: a number of equal ones, or one for each size. (`split` is for
 * keys.)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { splitAxis, zeros } from "@echograd/echograd";
 * assertEquals(splitAxis(zeros([6, 2]), 3).map((part) => part.shape), [[2, 2], [2, 2], [2, 2]]);
 * assertEquals(splitAxis(zeros([6]), [1, 5]).map((part) => part.shape), [[1], [5]]);
 * ```
 * @throws {ShapeError} where the parts do not fill the axis.
 */
export function splitAxis(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  requireTensors("splitAxis", [x]);
  const along = normalizeAxis(axis, x.shape, "splitAxis");
  const n = x.shape[along];
  if (typeof parts === "number") checkCount("splitAxis into", parts, 1);
  const sizes = typeof parts === "number"
    ? Array.from({ length: parts }, () => n / parts)
    : [...parts];
  if (sizes.some((d) => !Number.isInteger(d) || d < 0) || sizes.reduce((a, b) => a + b, 0) !== n) {
    throw shapeError`Cannot splitAxis ${x.shape} into ${sizes} along axis ${along}: the sizes are integers whose sum is ${n}`;
  }
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, origin(x).with(along, start - size), x.shape.with(along, size));
  });
}

/**
 * x beside itself, `times[i]` copies along axis i, as in NumPy's tile with one number for each axis.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tensor, tile } from "@echograd/echograd";
 * assertEquals([...await tile(tensor([1, 2]), [2]).read()], [1, 2, 1, 2]);
 * ```
 * @throws {ShapeError} where there is not one number for each axis.
 */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  requireTensors("tile", [x]);
  checkArray(times, "tile by");
  if (times.length !== x.rank) {
    throw shapeError`Cannot tile ${x.shape} by ${times}: it takes one number for each axis`;
  }
  times.forEach((n) => checkCount("tile by", n));
  const copies = broadcastTo(
    reshape(x, x.shape.flatMap((d) => [1, d])),
    x.shape.flatMap((d, axis) => [times[axis], d]),
  );
  return reshape(copies, x.shape.map((d, axis) => d * times[axis]));
}

/**
 * Each element along an axis `times` times in a row, as in NumPy's repeat.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { repeat, tensor } from "@echograd/echograd";
 * assertEquals([...await repeat(tensor([1, 2]), 2).read()], [1, 1, 2, 2]);
 * ```
 */
export function repeat(x: Tensor, times: number, axis = 0): Tensor {
  requireTensors("repeat", [x]);
  checkCount("repeat", times);
  const along = normalizeAxis(axis, x.shape, "repeat");
  const copies = expandDims(x, along + 1);
  return reshape(
    broadcastTo(copies, copies.shape.with(along + 1, times)),
    x.shape.with(along, x.shape[along] * times),
  );
}

/**
 * x moved along an axis by some places; what leaves at one end comes in at the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { roll, tensor } from "@echograd/echograd";
 * assertEquals([...await roll(tensor([1, 2, 3]), 1).read()], [3, 1, 2]);
 * ```
 */
export function roll(x: Tensor, shift: number, axis = 0): Tensor {
  requireTensors("roll", [x]);
  const along = normalizeAxis(axis, x.shape, "roll");
  checkCount("roll by", shift, -Infinity);
  const n = x.shape[along];
  if (n === 0) return x;
  const [front, back] = splitAxis(x, [n - (shift % n + n) % n, (shift % n + n) % n], along);
  return concat([back, front], along);
}

/**
 * x with two axes exchanged.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { swapAxes, zeros } from "@echograd/echograd";
 * assertEquals(swapAxes(zeros([2, 3, 4]), 0, -1).shape, [4, 3, 2]);
 * ```
 */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  requireTensors("swapAxes", [x]);
  const [i, j] = [a, b].map((axis) => normalizeAxis(axis, x.shape, "swapAxes"));
  return transpose(x, [...x.shape.keys()].with(i, j).with(j, i));
}

/**
 * Element i along an axis, which vanishes. A number may count from the back; a tensor of one int32
 * is moved to the nearest end, as in `take`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { at, tensor } from "@echograd/echograd";
 * const x = tensor([[1, 2], [3, 4]]);
 * assertEquals([...await at(x, -1).read()], [3, 4]);
 * assertEquals([...await at(x, tensor(0, { dtype: "int32" }), 1).read()], [1, 3]);
 * ```
 * @throws {RangeError} where a number is out of range.
 */
export function at(x: Tensor, i: number | Tensor, axis = 0): Tensor {
  requireTensors("at", [x]);
  const along = normalizeAxis(axis, x.shape, "take an element");
  if (i instanceof Tensor) return take(x, reshape(i, []), along);
  const n = x.shape[along];
  if (!Number.isInteger(i) || i < -n || i >= n) {
    throw new RangeError(
      `Cannot take element ${
        describe(i)
      } of ${n} along axis ${along}: it is an integer from ${-n} to ${n - 1}`,
    );
  }
  const one = slice(x, origin(x).with(along, i < 0 ? i + n : i), x.shape.with(along, 1));
  return reshape(one, x.shape.toSpliced(along, 1));
}

/**
 * `shape` elements from a start that is computed, int32 [rank]. As in JAX, a start from which they
 * would not fit is moved to the nearest one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dynamicSlice, tensor } from "@echograd/echograd";
 * const start = tensor([2], { dtype: "int32" });
 * assertEquals([...await dynamicSlice(tensor([1, 2, 3, 4]), start, [2]).read()], [3, 4]);
 * ```
 * @throws {ShapeError} where the shape is larger than x, or the ranks differ.
 */
export function dynamicSlice(x: Tensor, start: Tensor, shape: Shape): Tensor {
  requireTensors("dynamicSlice", [x, start]);
  requireDType("index by", start, "int32");
  checkShape(shape, "dynamicSlice");
  if (
    start.rank !== 1 || start.size !== x.rank || shape.length !== x.rank ||
    shape.some((d, axis) => d > x.shape[axis])
  ) {
    throw shapeError`Cannot dynamicSlice ${shape} from ${x.shape} at a start of ${start.shape}: it takes a size and a start for each axis`;
  }
  return shape.reduce((part, size, axis) => {
    if (size === x.shape[axis]) return part;
    const from = max(0, min(at(start, axis), x.shape[axis] - size));
    return take(part, add(iota([size]), from), axis);
  }, x);
}

/** 0 where column − row is above k, and x elsewhere; or where it is below. */
function triangle(op: string, x: Tensor, k: number, isUpper: boolean): Tensor {
  requireTensors(op, [x]);
  if (x.rank < 2) throw shapeError`Cannot ${op} ${x.shape}: it takes matrices`;
  const shape = x.shape.slice(-2);
  const offset = sub(iota(shape, 1), iota(shape, 0));
  return where(isUpper ? lessEqual(k, offset) : lessEqual(offset, k), x, 0);
}

/**
 * The lower triangles of matrices [..., m, n], with 0 above diagonal k: the main one unless given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ones, tril } from "@echograd/echograd";
 * assertEquals([...await tril(ones([2, 2])).read()], [1, 0, 1, 1]);
 * ```
 */
export const tril = (x: Tensor, k = 0): Tensor => triangle("tril", x, k, false);

/**
 * The upper triangles of matrices [..., m, n], with 0 below diagonal k: the main one unless given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ones, triu } from "@echograd/echograd";
 * assertEquals([...await triu(ones([2, 2])).read()], [1, 1, 0, 1]);
 * ```
 */
export const triu = (x: Tensor, k = 0): Tensor => triangle("triu", x, k, true);

/**
 * The identity matrix [n, m], with n columns unless given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { eye } from "@echograd/echograd";
 * assertEquals([...await eye(2).read()], [1, 0, 0, 1]);
 * ```
 */
export const eye = (n: number, m: number = n, dtype: DType = "float32"): Tensor =>
  cast(equal(iota([n, m], 0), iota([n, m], 1)), dtype);

/**
 * The matrix with a vector [n] on its diagonal, [n, n]; or the diagonal of a matrix.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { diag, tensor } from "@echograd/echograd";
 * assertEquals([...await diag(tensor([1, 2])).read()], [1, 0, 0, 2]);
 * assertEquals([...await diag(tensor([[1, 2], [3, 4]])).read()], [1, 4]);
 * ```
 * @throws {ShapeError} where x is neither a vector nor a matrix.
 */
export function diag(x: Tensor): Tensor {
  requireTensors("diag", [x]);
  const [n, m] = x.shape;
  if (x.rank === 1) return where(eye(n, n, "bool"), x, 0);
  if (x.rank !== 2) throw shapeError`Cannot diag ${x.shape}: it takes a vector or a matrix`;
  return slice(reshape(x, [n * m]), [0], [Math.min(n, m)], [m + 1]);
}

/**
 * One row for each index, with 1 at its place and 0 elsewhere: [...indices] to [...indices, n]. An
 * index out of range gives zeros.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { oneHot, tensor } from "@echograd/echograd";
 * const labels = tensor([1, 0], { dtype: "int32" });
 * assertEquals([...await oneHot(labels, 3).read()], [0, 1, 0, 1, 0, 0]);
 * ```
 */
export function oneHot(indices: Tensor, n: number): Tensor {
  requireTensors("oneHot", [indices]);
  requireDType("oneHot", indices, "int32");
  return cast(equal(expandDims(indices, -1), iota([n])), "float32");
}

/**
 * n numbers at equal distances from start to stop, both included; float32 [n].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { linspace } from "@echograd/echograd";
 * assertEquals([...await linspace(0, 1, 5).read()], [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace(start: number, stop: number, n: number): Tensor {
  checkCount("make a linspace of", n);
  if (n < 2) return full([n], start);
  // From either end, so that both are exact.
  const i = iota([n], 0, "float32"), step = (stop - start) / (n - 1);
  const fromStop = sub(stop, mul(sub(n - 1, i), step));
  return where(lessEqual(i, (n - 1) / 2), add(start, mul(i, step)), fromStop);
}

/**
 * start, start + step, … before stop, as in NumPy; from 0 where only the stop is given. int32 where
 * all three are integers, and float32 otherwise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { arange } from "@echograd/echograd";
 * assertEquals([...await arange(3).read()], [0, 1, 2]);
 * assertEquals([...await arange(1, 0, -0.5).read()], [1, 0.5]);
 * ```
 * @throws {RangeError} where the step is 0, or a number is not finite.
 */
export function arange(start: number, stop?: number, step = 1): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (![from, to, step].every(Number.isFinite) || step === 0) {
    throw new RangeError(
      `Cannot arange from ${from} to ${to} by ${step}: it takes finite numbers and a step that is not 0`,
    );
  }
  const n = Math.max(0, Math.ceil((to - from) / step));
  const dtype = [from, to, step].every(Number.isInteger) ? "int32" : "float32";
  return n === 0 ? zeros([0], dtype) : add(mul(iota([n], 0, dtype), step), from);
}

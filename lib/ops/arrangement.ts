/**
 * Arrangements: tensors that are parts, copies and reorderings of others.
 *
 * @module
 */
import { checkArray, checkCount, describe } from "../checks.ts";
import { checkShape, normalizeAxis, type Shape, shapeError } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, max, min } from "./elementwise.ts";
import { iota, take } from "./indexing.ts";
import { concat } from "./joining.ts";
import { broadcastTo, expandDims, reshape, transpose } from "./linear.ts";
import { requireDType, requireTensors } from "./primitive.ts";
import { slice } from "./slicing.ts";

/** The elements from `start` on along an axis. */
const part = (x: Tensor, axis: number, start: number, size: number): Tensor =>
  slice(x, x.shape.map(() => 0).with(axis, start), x.shape.with(axis, size));

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
  const sizes = typeof parts === "number" ? Array<number>(parts).fill(n / parts) : [...parts];
  if (sizes.some((d) => !Number.isInteger(d) || d < 0) || sizes.reduce((a, b) => a + b, 0) !== n) {
    throw shapeError`Cannot splitAxis ${x.shape} into ${sizes} along axis ${along}: the sizes are integers whose sum is ${n}`;
  }
  let start = 0;
  return sizes.map((size) => part(x, along, (start += size) - size, size));
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
  const n = x.shape[along], moved = (shift % n + n) % n;
  return n === 0 ? x : concat(splitAxis(x, [n - moved, moved], along).reverse(), along);
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
    const what = `element ${describe(i)} of ${n} along axis ${along}`;
    throw new RangeError(`Cannot take ${what}: it is an integer from ${-n} to ${n - 1}`);
  }
  return reshape(part(x, along, i < 0 ? i + n : i, 1), x.shape.toSpliced(along, 1));
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

/**
 * Tensors of a pattern: triangles, diagonals, and numbers in steps.
 *
 * @module
 */
import { checkCount } from "../checks.ts";
import { full, zeros } from "../create.ts";
import { shapeError } from "../shape.ts";
import type { DType, Tensor } from "../tensor.ts";
import { add, cast, equal, lessEqual, mul, sub, where } from "./elementwise.ts";
import { iota } from "./indexing.ts";
import { expandDims, reshape } from "./linear.ts";
import { requireDType, requireTensors } from "./primitive.ts";
import { slice } from "./slicing.ts";

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

/**
 * Matrix products.
 *
 * @module
 */
import { counted } from "../checks.ts";
import { broadcastShapes, shapeError, shapeText } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastTo, reshape, transpose } from "./linear.ts";
import { apply, primitive, requireDType, requireTensors } from "./primitive.ts";

const matmulPrimitive = primitive({
  name: "matmul",
  type([a, b]) {
    requireDType("matmul", a, "float32");
    requireDType("matmul", b, "float32");
    return { shape: [...a.shape.slice(0, -1), b.shape.at(-1)!], dtype: "float32" };
  },
  lower: () => ({ kind: "matmul" }),
  gradient: (dy, _, [a, b]) => [matmul(dy, swap(b)), matmul(swap(a), dy)],
});

/** How the axes of two factors meet in {@linkcode contract}. */
export interface Meeting {
  /** The number of axes of the product. */
  readonly rank: number;
  /** For each axis of the left factor, its number among the axes of the product and the sum. */
  readonly left: readonly number[];
  /** The same for the right factor. */
  readonly right: readonly number[];
}

/**
 * The product of two tensors, summed over some of their axes. Axes are numbered: first those of the
 * product, then those that are summed over. The last axis of the product is of the right factor
 * alone, and all before it are of the left factor alone.
 *
 * Worked example: x·w of [5, 3] and [3, 4] is `contract(x, w, { rank: 2, left: [0, 2], right: [2,
 * 1] })`.
 */
export function contract(a: Tensor, b: Tensor, { rank, left, right }: Meeting): Tensor {
  const sizes: number[] = [];
  left.forEach((axis, i) => sizes[axis] = a.shape[i]);
  right.forEach((axis, i) => sizes[axis] = b.shape[i]);
  const over = sizes.map((_, axis) => axis).slice(rank);
  const order = (axes: readonly number[], wanted: readonly number[]) =>
    wanted.map((axis) => axes.indexOf(axis));
  const own = sizes.map((_, axis) => axis).slice(0, rank - 1);
  const depth = over.reduce((n, axis) => n * sizes[axis], 1);
  const rows = reshape(transpose(a, order(left, [...own, ...over])), [-1, depth]);
  const columns = reshape(transpose(b, order(right, [...over, rank - 1])), [depth, -1]);
  return reshape(matmul(rows, columns), sizes.slice(0, rank));
}

/** x with its last two axes exchanged. */
const swap = (x: Tensor): Tensor =>
  transpose(x, [...x.shape.slice(0, -2).map((_, axis) => axis), x.rank - 1, x.rank - 2]);

/**
 * The matrix product over the last two axes, [...batch, m, k] · [...batch, k, n]; the axes before
 * them broadcast. A vector counts as a row on the left and as a column on the right, and the result
 * has no axis for it.
 *
 * @throws {ShapeError} where a has another number of columns than b has rows.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  requireTensors("matmul", [a, b]);
  const refuse = (why: string) => {
    throw shapeError`Cannot matmul ${a.shape} by ${b.shape}: ${why}`;
  };
  if (a.rank === 0 || b.rank === 0) refuse("a scalar has no columns");
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const columns = left.shape.at(-1)!, rows = right.shape.at(-2)!;
  if (columns !== rows) {
    refuse(`${counted(columns, "column")} against ${counted(rows, "row")}`);
  }
  const batch = broadcastShapes(
    `matmul ${shapeText(a.shape)} by ${shapeText(b.shape)}, with batches`,
    left.shape.slice(0, -2),
    right.shape.slice(0, -2),
  );
  const product = apply(matmulPrimitive, [
    broadcastTo(left, [...batch, ...left.shape.slice(-2)]),
    broadcastTo(right, [...batch, ...right.shape.slice(-2)]),
  ], undefined);
  const shape = [...batch];
  if (a.rank > 1) shape.push(left.shape.at(-2)!);
  if (b.rank > 1) shape.push(right.shape.at(-1)!);
  return reshape(product, shape);
}

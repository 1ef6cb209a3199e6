/**
 * Matrix products.
 *
 * @module
 */
import type { Lowering } from "../../kernels/graph.ts";
import { counted } from "../checks.ts";
import { broadcastShapes, shapeError, shapeText } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastTo, reshape, transpose } from "./linear.ts";
import { apply, primitive, requireDType, requireTensors } from "./primitive.ts";

/** How the axes of two factors meet in {@linkcode contract}. */
export interface Meeting {
  /** The number of axes of the product. */
  readonly rank: number;
  /** For each axis of the left factor, its number among the axes of the product and the sum. */
  readonly left: readonly number[];
  /** The same for the right factor. */
  readonly right: readonly number[];
}

/** The sizes of the axes of a product and then of its sum. */
function sizesOf([a, b]: readonly Tensor[], { left, right }: Meeting): number[] {
  const sizes: number[] = [];
  left.forEach((axis, i) => sizes[axis] = a.shape[i]);
  right.forEach((axis, i) => sizes[axis] = b.shape[i]);
  return sizes;
}

const lower = (inputs: readonly Tensor[], meeting: Meeting): Lowering => {
  const { rank, left, right } = meeting;
  return { kind: "matmul", left, right, over: sizesOf(inputs, meeting).slice(rank) };
};

const contractPrimitive = /* @__PURE__ */ primitive<Meeting>({
  name: "contract",
  type: (inputs, meeting) => ({
    shape: sizesOf(inputs, meeting).slice(0, meeting.rank),
    dtype: "float32",
  }),
  lower,
});

/**
 * The product of two tensors of float32, summed over some of their axes, without a gradient: ops
 * that are made of it have gradients of their own. Axes are numbered: first those of the product,
 * then those that are summed over. The last axis of the product is one of the right factor alone,
 * and the one before of the left factor alone.
 *
 * Worked example: x·w of [5, 3] and [3, 4] is `contract(x, w, { rank: 2, left: [0, 2], right: [2,
 * 1] })`.
 */
export const contract = (a: Tensor, b: Tensor, meeting: Meeting): Tensor =>
  apply(contractPrimitive, [a, b], meeting);

const matmulPrimitive = /* @__PURE__ */ primitive({
  name: "matmul",
  type([a, b]) {
    requireDType("matmul", a, "float32");
    requireDType("matmul", b, "float32");
    return { shape: [...a.shape.slice(0, -1), b.shape.at(-1)!], dtype: "float32" };
  },
  lower([a, b]) {
    const { rank } = a;
    const batch = a.shape.map((_, axis) => axis).slice(0, -2);
    const left = [...batch, rank - 2, rank], right = [...batch, rank, rank - 1];
    return lower([a, b], { rank, left, right });
  },
  gradient: (dy, _, [a, b]) => [matmul(dy, swap(b)), matmul(swap(a), dy)],
});

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

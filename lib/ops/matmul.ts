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

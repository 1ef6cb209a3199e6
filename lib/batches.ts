/**
 * Batches of a data set that is on the device already.
 *
 * @module
 */
import { counted, describe } from "./checks.ts";
import { tensor } from "./create.ts";
import { run } from "./jit.ts";
import { take } from "./ops/indexing.ts";
import { reshape } from "./ops/linear.ts";
import { slice } from "./ops/slicing.ts";
import { permutation } from "./permutation.ts";
import type { Key } from "./random.ts";
import { shapeError } from "./shape.ts";
import { requireTensor, treeFlatten, treeMap } from "./tree.ts";

/**
 * The batches of one epoch: rows of the tensors of a tree, in a random order, each row at most
 * once. The rows after the last whole batch are left out: another key leaves out others, and each
 * new shape would be compiled.
 *
 * The rows are copied by the device that holds the data, and only the number of the batch goes
 * there. So move the data to the device once ({@linkcode toDevice}), not each batch.
 *
 * @example
 * ```ts
 * import { batches, foldIn, iota, key, tensor } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const data = { images: tensor([[1], [2], [3], [4], [5]]), labels: iota([5], 0) };
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   for (const { images, labels } of batches(foldIn(key(0), tensor(epoch)), data, 2)) {
 *     assertEquals([images.shape, labels.shape], [[2, 1], [2]]);
 *   }
 * }
 * ```
 * @param key the key of the order
 * @param data a tree of tensors that have the same number of rows
 * @param size the number of rows of a batch
 * @throws {ShapeError} where the numbers of rows differ; {RangeError} where the size is no number
 * of rows.
 */
export function* batches<T>(key: Key, data: T, size: number): Generator<T, void, void> {
  const rows = rowsOf(data);
  if (!Number.isInteger(size) || size < 1 || size > rows) {
    const rule = `it must be 1 to ${rows}, the rows of the data`;
    throw new RangeError(`Cannot take batches of ${describe(size)} rows: ${rule}`);
  }
  const count = Math.floor(rows / size);
  const order = permutation(key, rows);
  const { order: inBatches, source } = run({
    order: reshape(slice(order, [0], [count * size]), [count, size]),
    source: data,
  });
  for (let number = 0; number < count; number++) {
    const index = take(inBatches, tensor(number, { dtype: "int32" }));
    yield treeMap((x) => take(x, index), source);
  }
}

/** The number of rows of every tensor of a tree. */
function rowsOf(data: unknown): number {
  const { leaves, paths } = treeFlatten(data);
  if (leaves.length === 0) throw new RangeError("Cannot take batches of no tensors");
  let rows: number | undefined;
  for (const [i, leaf] of leaves.entries()) {
    const { shape } = requireTensor(leaf, paths[i]), place = paths[i] || "the root";
    if (shape.length === 0) throw shapeError`Cannot take batches: ${shape} at ${place} has no rows`;
    rows ??= shape[0];
    if (shape[0] === rows) continue;
    throw shapeError`Cannot take batches: ${shape} at ${place} has not ${counted(rows, "row")}`;
  }
  if (rows === 0) throw new RangeError("Cannot take batches of data without rows");
  return rows!;
}

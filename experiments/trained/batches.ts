/**
 * Any number of rows through a compiled function. A compiled function has one number of rows, so
 * rows come in batches of a power of two, at most {@linkcode MOST}, of which the last is filled up
 * with zeros: ten programs do for every number.
 *
 * @module
 */

import { concat, foldIn, type Key, pad, slice, type Tensor } from "../../mod.ts";

/** The most rows of a batch. */
export const MOST = 512;

/** Arrays by name, each [rows, …]. */
export type Rows = Readonly<Record<string, Tensor>>;

/**
 * Applies a function of rows, in which no row depends on another one.
 *
 * @param inputs tensors of equally many rows; at least one row
 * @param most the most rows of a batch, a power of two
 */
export function inBatches<R extends Rows>(
  apply: (rows: Tensor[], key: Key) => R,
  inputs: readonly Tensor[],
  key: Key,
  most: number = MOST,
): R {
  const [count] = inputs[0].shape;
  const parts: R[] = [];
  for (const { start, size, padded } of batchesOf(count, most)) {
    const rows = inputs.map((x) => filledUp(rowsFrom(x, start, size), padded));
    const made = Object.entries(apply(rows, foldIn(key, start)));
    parts.push(Object.fromEntries(made.map(([name, x]) => [name, rowsFrom(x, 0, size)])) as R);
  }
  const names = Object.keys(parts[0]);
  return Object.fromEntries(
    names.map((name) => [name, parts.length === 1 ? parts[0][name] : joined(parts, name)]),
  ) as R;
}

/** The batches of some rows: where each starts, its rows, and its rows when filled up. */
export function* batchesOf(
  count: number,
  most: number,
): Generator<{ start: number; size: number; padded: number }> {
  for (let start = 0; start < count; start += most) {
    const size = Math.min(most, count - start);
    yield { start, size, padded: 2 ** Math.ceil(Math.log2(size)) };
  }
}

const joined = (parts: readonly Rows[], name: string): Tensor =>
  concat(parts.map((part) => part[name]));

function rowsFrom(x: Tensor, start: number, size: number): Tensor {
  const [count, ...rest] = x.shape;
  if (count === size) return x;
  return slice(x, [start, ...rest.map(() => 0)], [size, ...rest]);
}

function filledUp(x: Tensor, padded: number): Tensor {
  const [count, ...rest] = x.shape, none = rest.map(() => 0);
  return count === padded ? x : pad(x, { low: [0, ...none], high: [padded - count, ...none] });
}

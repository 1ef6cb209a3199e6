/**
 * Units of work: pieces of a kernel that threads do in any order.
 *
 * @module
 */
import type { Code } from "../wasm/assembler.ts";
import { type Bound, parameters } from "./nest.ts";

/** The units that a call of a function does. */
export const range: [Bound, Bound] = [{ local: parameters.begin }, { local: parameters.end }];

/** Splits a unit of work into the indices along the batch and its number within the matrix. */
export function splitUnit(
  code: Code,
  unit: number,
  batch: readonly number[],
  indices: readonly number[],
  within: number,
  count: number,
): void {
  code.get(unit).i32(count).op("i32.rem_u").set(within);
  let below = count;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    code.get(unit).i32(below).op("i32.div_u").i32(batch[axis]).op("i32.rem_u").set(indices[axis]);
    below *= batch[axis];
  }
}

/** Code for pieces of `size`, or for the rest of `total` where this is the last piece. */
export function wholeOrRest(
  total: number,
  size: number,
  isLast: Code,
  write: (count: number) => Code,
): Code {
  const rest = total % size;
  if (rest === 0 || total < size) return write(Math.min(total, size));
  return isLast.when(write(rest), write(size));
}

/**
 * Reductions of many terms to a few outputs, in two phases: the terms of each position along the first reduced axes, which
 * threads can add up at the same time, and then those sums.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { axisIndex, flatten } from "../../indexing.ts";
import type { ReduceKernel } from "../../kernel.ts";
import { load, result } from "../../scalar.ts";
import { type Phases, timeOf } from "./phase.ts";
import { emitReduce } from "./reduce.ts";

/** Fewer pieces of work than this give threads too little to choose from. */
const few = 16;
/** Nanoseconds of work below which one thread does it all. */
const worthwhile = 50_000;

/** out[i] = store(i, result = combine over k of body(i, k)), in one phase or two. */
export function emitReduction(kernel: ReduceKernel, sizes: readonly number[]): Phases {
  const { space, over, body } = kernel;
  const count = axesToMove(kernel);
  if (count === 0) return { phases: [emitReduce(kernel, sizes)], scratch: 0, own: 0 };
  // The axes of a space come before those that are reduced: the first of these join it under the numbers that they have.
  const { dtype } = body;
  const moved = over.slice(0, count);
  const inner = [...space, ...moved];
  const sums: ReduceKernel = {
    ...kernel,
    name: `${kernel.name} (parts)`,
    space: inner,
    over: over.slice(count),
    stores: [{ dtype, value: result(dtype) }],
  };
  const at = flatten(inner.map((size, axis) => axisIndex(axis, size)), inner);
  const total: ReduceKernel = {
    ...kernel,
    over: moved,
    loads: [...kernel.loads, dtype],
    body: load(sizes.length, at, dtype),
  };
  return {
    phases: [
      { ...emitReduce(sums, sizes), toScratch: true },
      { ...emitReduce(total, [...sizes, sizeOf(inner)]), fromScratch: true },
    ],
    scratch: 4 * sizeOf(inner) + 64,
    own: 0,
  };
}

/** How many of the reduced axes to divide the work by; 0 if it is not worth it, and always less than all. */
function axesToMove({ space, over, body }: ReduceKernel): number {
  let pieces = sizeOf(space);
  if (pieces >= few || timeOf([body], pieces * sizeOf(over)) < worthwhile) return 0;
  let count = 0;
  while (pieces < few && count < over.length - 1) pieces *= over[count++];
  return pieces > sizeOf(space) ? count : 0;
}

/**
 * From axes to loops: adjacent axes become one loop where every index walks through them as one.
 *
 * Axes a and b merge if in every index the stride of a is the size of b times the stride of b. In a
 * [4, 6] buffer that is read row by row the strides are 6 and 1, and 6 = 6 · 1: one loop of 24. The
 * merged loop goes by the name of b, and a is forgotten.
 *
 * @module
 */
import type { Index } from "../../formula.ts";
import { scaleOf } from "../../indexing.ts";

/** A loop over one axis, or over several that were merged into their last. */
export interface Loop {
  readonly axis: number;
  readonly size: number;
}

/** A loop of one round, for kernels that have no other. */
export const oneRound: Loop = { axis: -1, size: 1 };

/**
 * The loops that run through the axes from `first` on. Axes of one element have none; where no loop
 * is left, there is {@linkcode oneRound}.
 */
export function loopsOver(
  first: number,
  sizes: readonly number[],
  indices: readonly Index[],
): Loop[] {
  const loops: Loop[] = [];
  sizes.forEach((size, i) => {
    const axis = first + i;
    if (size === 1) return; // no index mentions an axis of size 1
    const outer = loops.at(-1);
    const merge = outer !== undefined &&
      indices.every((index) => scaleOf(index, outer.axis) === size * scaleOf(index, axis));
    if (merge) loops[loops.length - 1] = { axis, size: outer.size * size };
    else loops.push({ axis, size });
  });
  return loops.length > 0 ? loops : [oneRound];
}

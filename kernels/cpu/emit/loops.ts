/**
 * From axes to loops: adjacent axes that every index walks through as one become one loop.
 *
 * Axes a and b merge if in every index the stride of a is the size of b times the stride of b: then a·stride + b·stride
 * is the stride of b times the position in the merged loop. The merged loop goes by the name of b, and a is forgotten.
 *
 * @module
 */
import type { Index } from "../../formula.ts";

/** A loop over one axis, or over several that were merged into their last. */
export interface Loop {
  readonly axis: number;
  readonly size: number;
}

/** A run of neighbouring axes: their sizes, and the number of the first. */
export interface Axes {
  readonly first: number;
  readonly sizes: readonly number[];
}

/** The loops that run through some axes; none for axes of one element. */
export function loopsOver({ first, sizes }: Axes, indices: readonly Index[]): Loop[] {
  const loops: Loop[] = [];
  sizes.forEach((size, i) => {
    const axis = first + i;
    if (size === 1) return; // no index mentions an axis of size 1
    const outer = loops.at(-1);
    const merge = outer !== undefined &&
      indices.every((index) =>
        directStride(index, outer.axis) === size * directStride(index, axis)
      );
    if (merge) loops[loops.length - 1] = { axis, size: outer.size * size };
    else loops.push({ axis, size });
  });
  return loops;
}

function directStride(index: Index, axis: number): number {
  let stride = 0;
  for (const { atom, scale } of index.terms) {
    if (atom.kind === "axis" && atom.axis === axis) stride += scale;
  }
  return stride;
}

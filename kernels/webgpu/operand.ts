/**
 * How a factor of a product is read: four numbers at a time where its layout allows.
 *
 * A factor is a strided load with two axes that matter: its *side* (rows of a, columns of b) and the depth, k. Where the
 * side has stride 1, and everything else moves the load by multiples of four, four neighbours are one load.
 *
 * @module
 */
import { strideOf } from "../indexing.ts";
import type { MatmulKernel } from "../kernel.ts";
import type { Load } from "../scalar.ts";
import { unsigned } from "./wgsl.ts";
import type { Block, Writer } from "./writer.ts";

/** 0 … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A factor and the way it is read. */
export interface Operand {
  readonly load: Load;
  /** Whether four neighbours are one load; then the buffer must be declared so. */
  readonly isVector: boolean;
  /**
   * Writes where on the side each of the `positions` begins, before the loop over k. They come in fours that lie next to
   * each other, the first of them a multiple of four, and are clamped to the side. The function that comes back writes
   * the loads of one turn of the loop, and gives a text for each position.
   */
  prepare(
    root: Block,
    writer: Writer,
    name: string,
    positions: readonly string[],
  ): (loop: Block) => string[];
}

/** Decides how to read a factor whose side is axis `side` of the kernel's space. */
export function operand(kernel: MatmulKernel, load: Load, side: number): Operand {
  const size = kernel.space[side];
  const depth = kernel.space.length;
  const sideStride = strideOf(load.at, side) ?? 0;
  const depthStride = strideOf(load.at, depth) ?? 0;
  // What is left of the index when side and depth are 0.
  const rest = load.at.terms.filter(({ atom }) =>
    atom.kind === "axis" && atom.axis !== side && atom.axis !== depth
  );
  const isVector = sideStride === 1 &&
    [size, depthStride, load.at.constant, ...rest.map(({ scale }) => scale)]
      .every((n) => n % 4 === 0);

  return {
    load,
    isVector,
    prepare(root, writer, name, positions) {
      const base = writer.index({ ...load.at, terms: rest }).text;
      const starts = isVector ? positions.filter((_, i) => i % 4 === 0) : positions;
      const last = unsigned(isVector ? size - 4 : size - 1);
      starts.forEach((position, i) => {
        const offset = `min(${position}, ${last}) * ${unsigned(sideStride)}`;
        root.push(`let ${name}${i} = ${base} + ${offset};`);
      });
      return (loop) => {
        starts.forEach((_, i) => {
          const at = `${name}${i} + k * ${unsigned(depthStride)}`;
          const text = isVector ? writer.loadVector(load, at) : writer.loadText(load, at);
          loop.push(`let ${name}${i}_k = ${text};`);
        });
        return positions.map((_, p) =>
          isVector ? `${name}${Math.floor(p / 4)}_k.${"xyzw"[p % 4]}` : `${name}${p}_k`
        );
      };
    },
  };
}

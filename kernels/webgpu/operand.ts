/**
 * How a factor of a product is read: four numbers at a time wherever its layout allows.
 *
 * A factor is a strided load with two axes that matter: its `side` (rows of a, columns of b) and the depth, k. Where one of
 * them has stride 1, and everything else moves the load by multiples of four, a vector of four is one load.
 *
 * @module
 */
import type { Index } from "../indexing.ts";
import { strideOf } from "../indexing.ts";
import type { MatmulKernel } from "../kernel.ts";
import type { Load } from "../scalar.ts";
import { unsigned } from "./wgsl.ts";
import type { Block, Writer } from "./writer.ts";

/** 0 … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Writes the loads of one turn of the loop, and gives the texts of the numbers, by position on the side and step along k. */
type Reader = (loop: Block, steps: number) => string[][];

/** A factor and the way it is read. */
export interface Operand {
  readonly load: Load;
  /** Which axis vectors of four lie along. */
  readonly along: "side" | "depth" | "none";
  /**
   * Writes what is known before the loop: where each of the `positions` on the side begins. They come in fours that lie
   * next to each other, the first of each a multiple of four, and are clamped to the `size` of the side.
   */
  prepare(
    root: Block,
    writer: Writer,
    name: string,
    positions: readonly string[],
    size: number,
  ): Reader;
}

/** Decides how to read a factor whose side is axis `side` of the kernel's space. */
export function operand(kernel: MatmulKernel, load: Load, side: number, rank: number): Operand {
  const sideStride = strideOf(load.at, side) ?? 0;
  const depthStride = strideOf(load.at, rank) ?? 0;
  const isFour = (n: number) => n % 4 === 0;
  const others = load.at.terms.filter(({ atom }) =>
    atom.kind === "axis" && atom.axis !== side && atom.axis !== rank
  );
  const isEven = isFour(load.at.constant) && others.every(({ scale }) => isFour(scale));
  const along = isEven && depthStride === 1 && isFour(sideStride)
    ? "depth"
    : isEven && sideStride === 1 && isFour(depthStride) && isFour(kernel.space[side])
    ? "side"
    : "none";

  return {
    load,
    along,
    prepare(root, writer, name, positions, size) {
      const base = writer.index(batchPart(load.at, side, rank)).text;
      root.push(`let ${name} = ${base};`);
      const last = unsigned(along === "side" ? size - 4 : size - 1);
      // Where vectors lie along the side, every fourth position begins one.
      const starts = along === "side" ? positions.filter((_, i) => isFour(i)) : positions;
      starts.forEach((position, i) => {
        const offset = `min(${position}, ${last}) * ${unsigned(sideStride)}`;
        root.push(`let ${name}${i} = ${name} + ${offset};`);
      });
      const vector = (at: string) => writer.loadVector(load, at);
      return (loop, steps) => {
        const step = (k: number) => `(k + ${k}u) * ${unsigned(depthStride)}`;
        if (along === "side") {
          for (const k of range(steps)) {
            starts.forEach((_, i) => {
              loop.push(`let ${name}${i}_${k} = ${vector(`${name}${i} + ${step(k)}`)};`);
            });
          }
          return positions.map((_, p) =>
            range(steps).map((k) => `${name}${Math.floor(p / 4)}_${k}.${"xyzw"[p % 4]}`)
          );
        }
        if (along === "depth" && steps === 4) {
          starts.forEach((_, i) => {
            loop.push(`let ${name}${i}_4 = ${vector(`${name}${i} + k`)};`);
          });
          return positions.map((_, p) => range(4).map((k) => `${name}${p}_4.${"xyzw"[k]}`));
        }
        return positions.map((_, p) =>
          range(steps).map((k) => {
            loop.push(
              `let ${name}${p}_${k} = ${writer.loadText(load, `${name}${p} + ${step(k)}`)};`,
            );
            return `${name}${p}_${k}`;
          })
        );
      };
    },
  };
}

/** What is left of a load's index when its side and depth are 0. */
function batchPart(at: Index, side: number, rank: number): Index {
  const terms = at.terms.filter(({ atom }) =>
    atom.kind === "axis" && atom.axis !== side && atom.axis !== rank
  );
  return { ...at, terms };
}

/**
 * How a factor of a product lies in its buffer.
 *
 * A factor is a strided load along two axes: its *side* (rows of a, columns of b) and the depth, k.
 * Four neighbours along the side are one load where the side has stride 1 and everything else moves
 * the load by multiples of four.
 *
 * @module
 */
import type { Index, Load } from "../../formula.ts";
import { strideOf } from "../../indexing.ts";
import type { MatmulKernel } from "../../kernel.ts";

/** 0 … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** One of the two axes of a factor. */
export interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** A factor of a product. */
export interface Operand {
  readonly load: Load;
  readonly side: Axis;
  readonly depth: Axis;
  /** The index where side and depth are 0, at which a matrix of the batch begins. */
  readonly base: Index;
  /** Whether four neighbours along the side are one load, if the buffer is declared so. */
  readonly inFours: boolean;
}

/** The factors a and b. */
export function operandsOf(kernel: MatmulKernel): [a: Operand, b: Operand] {
  const rank = kernel.space.length;
  return [operand(kernel, kernel.a, rank - 2), operand(kernel, kernel.b, rank - 1)];
}

function operand(kernel: MatmulKernel, load: Load, sideAxis: number): Operand {
  const depthAxis = kernel.space.length;
  const side = { size: kernel.space[sideAxis], stride: strideOf(load.at, sideAxis) ?? 0 };
  const depth = { size: kernel.over[0], stride: strideOf(load.at, depthAxis) ?? 0 };
  const terms = load.at.terms.filter(({ atom }) =>
    atom.kind === "axis" && atom.axis !== sideAxis && atom.axis !== depthAxis
  );
  const moves = [side.size, depth.stride, load.at.constant, ...terms.map(({ scale }) => scale)];
  const inFours = side.stride === 1 && moves.every((n) => n % 4 === 0);
  return { load, side, depth, base: { ...load.at, terms }, inFours };
}

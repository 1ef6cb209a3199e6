/**
 * How a factor of a product lies in its buffer.
 *
 * A factor is a strided load along two axes: its *side* (rows of a, columns of b) and the depth, k,
 * which counts all axes of the sum.
 * Four neighbours along the side are one load where the side has stride 1 and everything else moves
 * the load by multiples of four.
 *
 * @module
 */
import type { Index, Load } from "../../formula.ts";
import { sizeOf } from "../../graph.ts";
import { scaleOf, strideOf } from "../../indexing.ts";
import type { MatmulKernel } from "../../kernel.ts";
import { unsigned } from "../wgsl/wgsl.ts";

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
  /** k; its stride is that of the innermost axis. */
  readonly depth: Axis;
  /** The text of the distance from k = 0, where k is this text, which may occur several times. */
  readonly along: (k: string) => string;
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
  const rank = kernel.space.length;
  const side = { size: kernel.space[sideAxis], stride: strideOf(load.at, sideAxis) ?? 0 };
  const axes = stepsOf(
    kernel.over.map((size, i) => ({ size, stride: scaleOf(load.at, rank + i) })),
  );
  const depth = { size: sizeOf(kernel.over), stride: axes.at(-1)?.stride ?? 0 };
  const terms = load.at.terms.filter(({ atom }) =>
    atom.kind === "axis" && atom.axis !== sideAxis && atom.axis < rank
  );
  const strides = [...axes.map(({ stride }) => stride), ...terms.map(({ scale }) => scale)];
  const moves = [side.size, load.at.constant, ...strides];
  const inFours = side.stride === 1 && moves.every((n) => n % 4 === 0);
  return { load, side, depth, along: alongOf(axes), base: { ...load.at, terms }, inFours };
}

/** The axes of a sum; those that are walked through as one become one. */
function stepsOf(axes: readonly Axis[]): Axis[] {
  const steps: Axis[] = [];
  for (const { size, stride } of axes) {
    const outer = steps.at(-1);
    if (size === 1) continue;
    if (outer?.stride === size * stride) steps.pop();
    steps.push({ stride, size: outer?.stride === size * stride ? outer.size * size : size });
  }
  return steps;
}

/** The distance from k = 0: k itself times the stride, or a quotient or remainder for each axis. */
const alongOf = (axes: readonly Axis[]) => (k: string): string => {
  if (axes.length <= 1) return `${k} * ${unsigned(axes[0]?.stride ?? 0)}`;
  const terms = axes.map(({ size, stride }, i) => {
    const below = sizeOf(axes.slice(i + 1).map((axis) => axis.size));
    const place = i === 0
      ? `${k} / ${unsigned(below)}`
      : `${k} / ${unsigned(below)} % ${unsigned(size)}`;
    return `(${place}) * ${unsigned(stride)}`;
  });
  return terms.join(" + ");
};

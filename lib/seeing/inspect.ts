/**
 * A tensor as text, for `console.log`: its dtype and shape, and its values where they are at hand,
 * else how it is made.
 *
 * @module
 */
import type { Data } from "../../kernels/device.ts";
import type { DType } from "../../kernels/formula.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** More numbers than this are shortened to those at the ends of each axis. */
const MOST = 100;
/** The number of elements that are left at each end. */
const EDGE = 3;
/** The columns of a line. */
const WIDTH = 76;
/** The most ops that are shown of an expression. */
const MOST_OPS = 12;

/** A tensor as text. Nothing is computed. */
export function inspectTensor(x: Tensor): string {
  const { storage } = x;
  if (storage === undefined) {
    return x.inputs.length === 0 && x.label === "leaf"
      ? `${x}, an argument of a function being traced`
      : `${x} = ${expressionText(x)}`;
  }
  if (storage.gone !== undefined) return `${x}: ${storage.gone}`;
  let data: Data | undefined;
  try {
    data = storage.peek();
  } catch (error) { // the device was closed: showing a tensor must not end a program
    return `${x}: ${error instanceof Error ? error.message : error}`;
  }
  if (data === undefined) return `${x} on ${storage.home!.name}: await read() for its values`;
  const text = arrayText(data, x.shape, x.dtype);
  return `${x}:${text.includes("\n") ? "\n" : " "}${text}`;
}

/** How a tensor is made, such as `mul(leaf, leaf)`. */
function expressionText(x: Tensor): string {
  let left = MOST_OPS;
  const text = ({ label, inputs }: Tensor): string => {
    if (inputs.length === 0) return label;
    const [op] = label.split(" ");
    return left-- > 0 ? `${op}(${inputs.map(text).join(", ")})` : "…";
  };
  return text(x);
}

/** The positions along an axis that are shown; undefined stands for those left out. */
export const positionsOf = (size: number, isShort: boolean): (number | undefined)[] =>
  isShort && size > 2 * EDGE
    ? [0, 1, 2, undefined, size - 3, size - 2, size - 1]
    : Array.from({ length: size }, (_, i) => i);

/** An element as text: floats with six digits. */
export function elementText(value: number, dtype: DType): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  return `${dtype === "float32" ? Number(value.toPrecision(6)) : value}`;
}

/** Whether so many elements are shortened. */
export const isLong = (shape: Shape): boolean => sizeOf(shape) > MOST;

/** Elements in nested brackets, in columns of one width. */
export function arrayText(data: Data, shape: Shape, dtype: DType): string {
  const isShort = isLong(shape);
  const rows: string[][] = [];
  let width = 0;
  // First the elements that are shown, row by row; then the brackets around them.
  const collect = (axis: number, at: number): void => {
    const stride = sizeOf(shape.slice(axis + 1));
    const positions = positionsOf(shape[axis], isShort);
    if (axis < shape.length - 1) {
      for (const i of positions) if (i !== undefined) collect(axis + 1, at + i * stride);
      return;
    }
    const row = positions.map((i) => i === undefined ? "…" : elementText(data[at + i], dtype));
    width = Math.max(width, ...row.map(({ length }) => length));
    rows.push(row);
  };
  if (shape.length === 0) return elementText(data[0], dtype);
  collect(0, 0);
  const next = rows.values();
  const print = (axis: number): string => {
    const indent = " ".repeat(axis + 1);
    if (axis === shape.length - 1) {
      const cells = next.next().value!.map((text) => text === "…" ? text : text.padStart(width));
      return `[${wrapped(cells, indent)}]`;
    }
    const parts = positionsOf(shape[axis], isShort)
      .map((i) => i === undefined ? "…" : print(axis + 1));
    return `[${parts.join(",\n".padEnd(shape.length - axis, "\n") + indent)}]`;
  };
  return print(0);
}

/** Cells in lines of at most WIDTH columns. */
function wrapped(cells: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  cells.forEach((cell, i) => {
    const text = i < cells.length - 1 ? `${cell}, ` : cell;
    if (line !== "" && indent.length + line.length + text.length > WIDTH) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += text;
  });
  return [...lines, line].join(`\n${indent}`);
}

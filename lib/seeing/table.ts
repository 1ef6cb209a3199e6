/**
 * A tensor as a table, for notebooks.
 *
 * @module
 */
import type { Data } from "../../kernels/device.ts";
import type { DType } from "../../kernels/formula.ts";
import { elementText, isLong, positionsOf } from "./inspect.ts";
import type { Shape } from "../shape.ts";

/** The rows of a vector or a matrix as HTML; undefined for more axes than two, and for none. */
export function tableHtml(
  data: Data,
  shape: Shape,
  dtype: DType,
  title: string,
): string | undefined {
  if (shape.length !== 1 && shape.length !== 2) return undefined;
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  const isShort = isLong(shape);
  const cell = (row?: number, column?: number) =>
    row === undefined || column === undefined
      ? "…"
      : elementText(data[row * columns + column], dtype);
  const lines = positionsOf(rows, isShort).map((row) =>
    `<tr>${
      positionsOf(columns, isShort).map((column) => `<td>${cell(row, column)}</td>`).join("")
    }</tr>`
  );
  return `<table><caption>${title}</caption>${lines.join("")}</table>`;
}

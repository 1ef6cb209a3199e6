/**
 * Packing the right-hand side of a matrix product: columns 8p … 8p+7 become panel p, in which each row is eight numbers
 * in order, padded with zeros. The innermost loop of the product then reads memory straight ahead, whatever the strides.
 *
 * @module
 */
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { loop } from "./nest.ts";

/** Columns in a panel. */
export const panelWidth = 8;

/** A matrix in memory; strides in elements. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Packs one panel: `from` holds the address of its first element, `to` where to write; both are moved. */
export function packPanel(
  fn: FunctionBuilder,
  matrix: Matrix,
  from: number,
  to: number,
  width: number,
): Code {
  const { rows, rowStride, columnStride } = matrix;
  if (width === panelWidth && columnStride === 1) return packRows(fn, matrix, rows, from, to);
  if (width === panelWidth && rowStride === 1 && columnStride > 0) {
    const whole = rows - rows % 4;
    return packTransposed(fn, columnStride, whole, from, to)
      .append(packElements(fn, matrix, rows - whole, from, to, width));
  }
  return packElements(fn, matrix, rows, from, to, width);
}

const advance = (code: Code, local: number, bytes: number): Code =>
  code.get(local).i32(bytes).op("i32.add").set(local);

function times(fn: FunctionBuilder, count: number, step: number, body: Code): Code {
  return loop(fn.local("i32"), { constant: 0 }, { constant: count }, step, body);
}

/** Rows that are contiguous already. */
function packRows(
  fn: FunctionBuilder,
  { rowStride }: Matrix,
  rows: number,
  from: number,
  to: number,
): Code {
  const body = new Code();
  for (const offset of [0, 16]) {
    body.get(to).get(from).memory("v128.load", offset).memory("v128.store", offset);
  }
  advance(body, from, 4 * rowStride);
  return times(fn, rows, 1, advance(body, to, 4 * panelWidth));
}

/** Columns that are contiguous: blocks of four rows and four columns are transposed. */
function packTransposed(
  fn: FunctionBuilder,
  columnStride: number,
  rows: number,
  from: number,
  to: number,
): Code {
  const body = new Code();
  const column = [0, 1, 2, 3].map(() => fn.local("v128"));
  const pair = [0, 1, 2, 3].map(() => fn.local("v128"));
  for (const half of [0, 4]) {
    for (let c = 0; c < 4; c++) {
      body.get(from).memory("v128.load", 4 * columnStride * (half + c)).set(column[c]);
    }
    // Rows 0 1 of columns 0 1, of columns 2 3; then rows 2 3 of both.
    for (let i = 0; i < 4; i++) {
      const first = 2 * (i % 2);
      const lanes = i < 2 ? [0, 4, 1, 5] : [2, 6, 3, 7];
      body.get(column[first]).get(column[first + 1]).shuffle(lanes).set(pair[i]);
    }
    for (let row = 0; row < 4; row++) {
      const at = row < 2 ? 0 : 2;
      body.get(to).get(pair[at]).get(pair[at + 1]);
      body.shuffle(row % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]);
      body.memory("v128.store", 4 * (panelWidth * row + half));
    }
  }
  advance(body, from, 16);
  return times(fn, rows, 4, advance(body, to, 16 * panelWidth));
}

/** Any strides, and panels that are not full. */
function packElements(
  fn: FunctionBuilder,
  { rowStride, columnStride }: Matrix,
  rows: number,
  from: number,
  to: number,
  width: number,
): Code {
  const body = new Code();
  const row = fn.local("v128");
  for (const half of [0, 4]) {
    body.v128([0, 0, 0, 0]).set(row);
    for (let lane = 0; lane < 4 && half + lane < width; lane++) {
      body.get(from).i32(4 * columnStride * (half + lane)).op("i32.add");
      body.get(row).laneMemory("v128.load32_lane", lane).set(row);
    }
    body.get(to).get(row).memory("v128.store", 4 * half);
  }
  advance(body, from, 4 * rowStride);
  return times(fn, rows, 1, advance(body, to, 4 * panelWidth));
}

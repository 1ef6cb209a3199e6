/**
 * Packing the right-hand side of a matrix product: columns 8p … 8p+7 become panel p, whose rows are
 * eight numbers each, in order. The innermost loop of the product then reads memory straight ahead,
 * whatever the strides of the matrix are.
 *
 * The last panel of a matrix of 20 columns has 4 columns and 4 that are never looked at: they hold
 * whatever was read there.
 *
 * @module
 */
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { loop } from "./nest.ts";

/** Columns in a panel. */
export const panelWidth = 8;

/**
 * Packs a panel of `width` columns of a matrix with these strides. The local `from` holds the
 * address of its first element, `to` where to write; both are moved.
 */
export function packPanel(
  fn: FunctionBuilder,
  rows: number,
  { row: rowStride, column: columnStride }: { readonly row: number; readonly column: number },
  from: number,
  to: number,
  width: number,
): Code {
  const advance = (body: Code, count: number, read: number, step = 1): Code => {
    body.get(from).i32(read).op("i32.add").set(from);
    body.get(to).i32(4 * panelWidth * step).op("i32.add").set(to);
    return loop(fn.local("i32"), { constant: 0 }, { constant: count }, step, body);
  };
  /** Where a column begins; columns past the edge repeat the last one. */
  const columnAt = (column: number) => 4 * columnStride * Math.min(column, width - 1);

  /** Rows of contiguous numbers are copied; past the edge they run on. */
  const copyRows = (): Code => {
    const body = new Code();
    for (const offset of [0, 16]) {
      body.get(to).get(from).memory("v128.load", offset).memory("v128.store", offset);
    }
    return advance(body, rows, 4 * rowStride);
  };
  /** Columns of contiguous numbers: blocks of four rows and four columns are transposed. */
  const transpose = (count: number): Code => {
    const body = new Code();
    const column = [0, 1, 2, 3].map(() => fn.local("v128"));
    const pair = [0, 1, 2, 3].map(() => fn.local("v128"));
    for (const half of [0, 4]) {
      for (let c = 0; c < 4; c++) {
        body.get(from).memory("v128.load", columnAt(half + c)).set(column[c]);
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
    return advance(body, count, 16, 4);
  };
  /** Numbers that lie anywhere are taken one by one. */
  const gather = (count: number): Code => {
    const body = new Code();
    const row = fn.local("v128");
    for (const half of [0, 4]) {
      for (let lane = 0; lane < 4; lane++) {
        body.get(from).i32(columnAt(half + lane)).op("i32.add");
        body.get(row).laneMemory("v128.load32_lane", lane).set(row);
      }
      body.get(to).get(row).memory("v128.store", 4 * half);
    }
    return advance(body, count, 4 * rowStride);
  };

  if (columnStride === 1) return copyRows();
  if (rowStride !== 1 || columnStride < 0) return gather(rows);
  const whole = rows - rows % 4;
  return transpose(whole).append(gather(rows - whole));
}

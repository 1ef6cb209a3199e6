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
import { type Bound, loop } from "./nest.ts";

/** A loop that moves an address by some elements a turn. */
export interface Steps {
  readonly size: number;
  readonly stride: number;
}

/** Columns in a panel. */
export const panelWidth = 8;

/**
 * Packs a panel of `width` columns of a matrix. Its rows are the steps of some loops, the last of
 * which is the innermost. The local `from` holds the address of its first element, `to` where to
 * write; both are moved.
 */
export function packPanel(
  fn: FunctionBuilder,
  { rows, column: columnStride }: { readonly rows: readonly Steps[]; readonly column: number },
  from: number,
  to: number,
  width: number,
): Code {
  const { size, stride: rowStride } = rows.at(-1)!;
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
    return advance(body, size, 4 * rowStride);
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

  const innermost = () => {
    if (columnStride === 1) return copyRows();
    if (rowStride !== 1 || columnStride < 0) return gather(size);
    const whole = size - size % 4;
    return transpose(whole).append(gather(size - whole));
  };
  return inTurns(fn, rows, from, innermost());
}

/**
 * Puts code that goes through the last of some loops into the others. It moves an address by all
 * its steps, and each turn of a loop further out moves the address on.
 */
export function inTurns(
  fn: FunctionBuilder,
  loops: readonly Steps[],
  address: number,
  innermost: Code,
  first?: Bound,
): Code {
  let code = innermost;
  for (let level = loops.length - 2; level >= 0; level--) {
    const { size, stride } = loops[level], inner = loops[level + 1];
    code.get(address).i32(4 * (stride - inner.size * inner.stride)).op("i32.add").set(address);
    const end = level === 0 && first !== undefined ? first : { constant: size };
    code = loop(fn.local("i32"), { constant: 0 }, end, 1, code);
  }
  return code;
}

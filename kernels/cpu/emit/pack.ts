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
import type { MatmulKernel } from "../../kernel.ts";
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { inTurns, loop, parameters, type Steps } from "./nest.ts";
import { begin, type Phase } from "./phase.ts";
import { copiesOf, type Shape } from "./shape.ts";
import { panelWidth, pushAddress } from "./tile.ts";
import { range, splitUnit, wholeOrRest } from "./units.ts";

/**
 * Packs a panel of `width` columns of a matrix. Its rows are the steps of some loops, the last of
 * which is the innermost. The local `from` holds the address of its first element, `to` where to
 * write; both are moved.
 */
function packPanel(
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

/** The nanoseconds of packing a number. */
const packTime = 0.4;

/** A unit of work is one panel. Packed panels begin after `offset` numbers of scratch memory. */
export function emitPack(
  kernel: MatmulKernel,
  sizes: readonly number[],
  shape: Shape,
  offset = 0,
): Phase {
  const { fn, sources } = begin(kernel, sizes, " (pack)");
  const { b, n, k, panels, packed } = shape;
  const batch = packed.map((i) => b.batch[i]);
  const [unit, panel, from, to] = Array.from({ length: 4 }, () => fn.local("i32"));
  const indices = batch.map(() => fn.local("i32"));
  const body = new Code();
  splitUnit(body, unit, batch.map(({ size }) => size), indices, panel, panels);
  const strides = [...batch.map(({ stride }) => stride), b.column * panelWidth];
  pushAddress(body, sources[kernel.b.buffer].address, b.constant, strides, [...indices, panel]);
  pushAddress(body.set(from), parameters.scratch, offset, [k * panelWidth], [unit]).set(to);
  const pack = (width: number) => packPanel(fn, b, from, to, width);
  const isLast = new Code().get(panel).i32(panels - 1).op("i32.eq");
  body.append(wholeOrRest(n, panelWidth, isLast, pack));
  fn.code.append(loop(unit, ...range, 1, body));
  const units = copiesOf(shape) * panels;
  return { fn, units, granule: 1, time: packTime * units * panelWidth * k };
}

/**
 * Matrix products of float32.
 *
 * The right-hand side is packed into panels of eight columns ({@link ./pack.ts}). A tile of six
 * rows and eight columns of the output is then held in registers, while the loop over k adds one
 * outer product after the other: each number that is read takes part in several multiplications.
 * The left-hand side is read where it is, along either axis, so a transposed matrix costs no copy.
 * Finished rows pass through the formulas of the stores while they are in the cache.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { strideOf } from "../../indexing.ts";
import { type MatmulKernel, valuesOf } from "../../kernel.ts";
import { Code } from "../wasm/assembler.ts";
import type { Loop } from "./loops.ts";
import { emitMap } from "./map.ts";
import { type Bound, loop, Nest, parameters, pushLesser } from "./nest.ts";
import { packPanel, panelWidth } from "./pack.ts";
import { emitStrip, pushAddress, type Strip } from "./tile.ts";
import { begin, type Phase, type Phases, storeAll, timeOf } from "./phase.ts";

/**
 * Rows in a tile. Its sums, one row of a panel and one number of the left-hand side must fit into
 * 16 registers.
 */
const tileRows = 6;

/** The nanoseconds of a multiplication with its addition, and of packing a number. */
const termTime = 1 / 20, packTime = 0.4;

/** Everything about a product that does not change while it runs. Strides in elements. */
type Shape = ReturnType<typeof shapeOf>;

function shapeOf({ space, over: [k], a, b }: MatmulKernel) {
  const rank = space.length;
  const batch = space.slice(0, -2);
  const along = (at: typeof a.at, axis: number) => {
    const stride = strideOf(at, axis);
    if (stride === undefined) throw new TypeError("Cannot multiply a matrix that is not strided");
    return stride;
  };
  const matrix = ({ at }: typeof a, row: number, column: number) => ({
    row: along(at, row),
    column: along(at, column),
    batch: batch.map((_, axis) => along(at, axis)),
    constant: at.constant,
  });
  const left = matrix(a, rank - 2, rank);
  const right = matrix(b, rank, rank - 1);
  if (left.column < 0) {
    // Offsets of instructions are not negative: go through k backwards.
    left.constant += left.column * (k - 1);
    left.column *= -1;
    right.constant += right.row * (k - 1);
    right.row *= -1;
  }
  const [m, n] = space.slice(-2);
  /** Packed copies of b: one for each index along the batch, or one for all. */
  const copies = right.batch.every((stride) => stride === 0) ? 1 : sizeOf(batch);
  return { batch, m, n, k, panels: Math.ceil(n / panelWidth), a: left, b: right, copies };
}

/** out[…, m, n] = store(result = Σₖ a(…, m, k) · b(…, k, n)) */
export function emitMatmul(kernel: MatmulKernel, sizes: readonly number[]): Phases {
  const shape = shapeOf(kernel);
  if (shape.k === 0) return { phases: [emitMap(kernel, sizes, (code) => code.v128(0))] };
  return {
    phases: [emitPack(kernel, sizes, shape), emitProduct(kernel, sizes, shape)],
    scratch: 4 * shape.copies * shape.panels * panelWidth * shape.k,
    own: 4 * tileRows * shape.panels * panelWidth,
  };
}

/** Splits a unit of work into the indices along the batch and its number within the matrix. */
function splitUnit(
  code: Code,
  unit: number,
  batch: readonly number[],
  indices: readonly number[],
  within: number,
  count: number,
): void {
  code.get(unit).i32(count).op("i32.rem_u").set(within);
  let below = count;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    code.get(unit).i32(below).op("i32.div_u").i32(batch[axis]).op("i32.rem_u").set(indices[axis]);
    below *= batch[axis];
  }
}

/** Code for pieces of `size`, or for the rest of `total` where this is the last piece. */
function wholeOrRest(
  total: number,
  size: number,
  isLast: Code,
  write: (count: number) => Code,
): Code {
  const rest = total % size;
  if (rest === 0 || total < size) return write(Math.min(total, size));
  return isLast.when(write(rest), write(size));
}

/** A unit of work is one panel. */
function emitPack(kernel: MatmulKernel, sizes: readonly number[], shape: Shape): Phase {
  const { fn, sources } = begin(kernel, sizes, " (pack)");
  const { b, n, k, panels, copies } = shape;
  const batch = copies === 1 ? [] : shape.batch;
  const [unit, panel, from, to] = Array.from({ length: 4 }, () => fn.local("i32"));
  const indices = batch.map(() => fn.local("i32"));
  const body = new Code();
  splitUnit(body, unit, batch, indices, panel, panels);
  const strides = [...b.batch.slice(0, batch.length), b.column * panelWidth];
  pushAddress(body, sources[kernel.b.buffer].address, b.constant, strides, [...indices, panel]);
  pushAddress(body.set(from), parameters.scratch, 0, [k * panelWidth], [unit]).set(to);
  const pack = (width: number) => packPanel(fn, k, b, from, to, width);
  const isLast = new Code().get(panel).i32(panels - 1).op("i32.eq");
  body.append(wholeOrRest(n, panelWidth, isLast, pack));
  fn.code.append(loop(unit, ...range, 1, body));
  const units = copies * panels;
  return { fn, units, granule: 1, time: packTime * units * panelWidth * k };
}

const range: [Bound, Bound] = [{ local: parameters.begin }, { local: parameters.end }];

/**
 * The number of pieces of a strip, so that all threads have something to do: a product of 100 rows
 * has 17 strips, and a machine may have 16 threads. A piece has four panels at least, and is worth
 * handing out.
 */
function piecesOf(strips: number, { panels, n, k }: Shape): number {
  const enough = Math.ceil(32 / strips);
  const worthwhile = Math.floor(termTime * tileRows * n * k / 10_000);
  return Math.max(1, Math.min(enough, worthwhile, panels >> 2));
}

/** A unit of work is a piece of a strip: `tileRows` rows of the output, and some of the panels. */
function emitProduct(kernel: MatmulKernel, sizes: readonly number[], shape: Shape): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { batch, m, n, k, panels, a, copies } = shape;
  const strips = Math.ceil(m / tileRows);
  const pieces = piecesOf(sizeOf(batch) * strips, shape);
  const { stores } = kernel;
  const isDirect = stores.length === 1 && stores[0].value.kind === "result" && n % panelWidth === 0;
  const loops: Loop[] = [...batch, m, n].map((size, axis) => ({ axis, size }));
  const nest = new Nest(fn, loops, loops.length, sources, 0);
  const indices = nest.formulas.variables.slice(1, 1 + batch.length);
  const [unit, row, rowEnd, left, right, to] = Array.from({ length: 6 }, () => fn.local("i32"));
  const [firstPanel, endPanel, firstColumn, endColumn] = Array.from(
    { length: 4 },
    () => ({ local: fn.local("i32") }),
  );
  const body = new Code();
  splitUnit(body, unit, batch, indices, row, strips * pieces);
  [[firstPanel, firstColumn], [endPanel, endColumn]].forEach(([panel, column], end) => {
    body.get(row).i32(pieces).op("i32.rem_u").i32(end).op("i32.add");
    body.i32(panels).op("i32.mul").i32(pieces).op("i32.div_u").set(panel.local);
    // The last panel may be wider than what is left of the columns.
    body.get(panel.local).i32(panelWidth).op("i32.mul");
    pushLesser(body, column.local, { constant: n }).set(column.local);
  });
  body.get(row).i32(pieces).op("i32.div_u").i32(tileRows).op("i32.mul").tee(row);
  pushLesser(body.i32(tileRows).op("i32.add"), rowEnd, { constant: m }).set(rowEnd);
  const along = [...indices, row];
  /** The strides along the batch of matrices that follow one another. */
  const matrices = (size: number) => batch.map((_, axis) => size * sizeOf(batch.slice(axis + 1)));
  const packed = copies === 1 ? [] : matrices(panels * panelWidth * k);
  const direct = isDirect ? [...matrices(m * n), n] : [];
  pushAddress(body, sources[kernel.a.buffer].address, a.constant, [...a.batch, a.row], along);
  pushAddress(body.set(left), parameters.scratch, 0, packed, indices).set(right);
  pushAddress(body, isDirect ? parameters.outputs : parameters.own, 0, direct, along).set(to);

  const lineBytes = 4 * (isDirect ? n : panels * panelWidth);
  const strip: Strip = { panels: [firstPanel, endPanel], left, right, to, lineBytes };
  const isLast = new Code().get(rowEnd).get(row).op("i32.sub").i32(tileRows).op("i32.lt_u");
  body.append(wholeOrRest(m, tileRows, isLast, (rows) => emitStrip(fn, shape, strip, rows)));
  if (!isDirect) {
    const rows: [Bound, Bound] = [{ local: row }, { local: rowEnd }];
    body.append(emitEnd(kernel, nest, strip, rows, [firstColumn, endColumn]));
  }
  fn.code.append(nest.formulas.levels[0]).append(loop(unit, ...range, 1, body));
  const elements = sizeOf(kernel.space);
  const time = termTime * k * elements + timeOf(valuesOf(kernel), elements);
  return { fn, units: sizeOf(batch) * strips * pieces, granule: 1, time };
}

/** Takes finished rows to the outputs, through the kernel's formulas. */
function emitEnd(
  kernel: MatmulKernel,
  nest: Nest,
  strip: Strip,
  rows: [Bound, Bound],
  columns: [Bound, Bound],
): Code {
  const { formulas, fn } = nest;
  const laneLevel = kernel.space.length;
  const line = fn.local("i32");
  const lanes = nest.lanes(
    ([position], rest) => {
      formulas.lanes(position);
      formulas.result = fn.local("v128");
      const body = formulas.levels[laneLevel];
      body.get(line).get(position).i32(2).op("i32.shl").op("i32.add").memory("v128.load");
      body.set(formulas.result);
      return body.append(storeAll(formulas, kernel, rest));
    },
    1,
    columns,
  );
  const rowBody = new Code().append(formulas.levels[laneLevel - 1]).append(lanes);
  rowBody.get(line).i32(strip.lineBytes).op("i32.add").set(line);
  const code = new Code();
  for (let level = 1; level < laneLevel - 1; level++) code.append(formulas.levels[level]);
  return code.get(strip.to).set(line).append(
    loop(formulas.variables[laneLevel - 1], ...rows, 1, rowBody),
  );
}

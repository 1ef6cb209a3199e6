/**
 * Matrix products of float32.
 *
 * The right-hand side is packed into panels of eight columns ({@link ./pack.ts}). A tile of four
 * rows and eight columns of the output is then held in registers, while the loop over k adds one
 * outer product after the other: each number that is read takes part in several multiplications.
 * The left-hand side is read where it is, along either axis, so a transposed matrix costs no copy.
 * Finished rows pass through the formulas of the stores while they are in the cache.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { add, axesOf, axisIndex, flatten, scale } from "../../indexing.ts";
import { type MatmulKernel, valuesOf } from "../../kernel.ts";
import { partsOfProduct, totalOf } from "../../parts.ts";
import { load } from "../../scalar.ts";
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import type { Loop } from "./loops.ts";
import { emitMap } from "./map.ts";
import { type Bound, inTurns, loop, Nest, parameters, pushLesser } from "./nest.ts";
import { emitPack } from "./pack.ts";
import { begin, type Phase, type Phases, storeAll, timeOf } from "./phase.ts";
import { emitReduce } from "./reduce.ts";
import { copiesOf, type Shape, shapeOf } from "./shape.ts";
import { blocksOf, emitStrip, panelWidth, pushAddress, type Strip } from "./tile.ts";
import { range, splitUnit, wholeOrRest } from "./units.ts";

/** The nanoseconds of a multiplication with its addition. */
const termTime = 1 / 20;

/** out[…, m, n] = store(result = Σ over k of a(…, m, k) · b(…, k, n)) */
export function emitMatmul(kernel: MatmulKernel, sizes: readonly number[]): Phases {
  if (sizeOf(kernel.over) === 0) {
    return { phases: [emitMap(kernel, sizes, (code) => code.v128(0))] };
  }
  const parts = partsOf(kernel);
  if (parts > 1) return emitParts(kernel, sizes, parts);
  const shape = shapeOf(kernel);
  const line = shape.panels * panelWidth;
  return {
    phases: [emitPack(kernel, sizes, shape), emitProduct(kernel, sizes, shape)],
    scratch: 4 * line * copiesOf(shape) * shape.k,
    own: 4 * line * stripsOf(shape) * shape.tileRows,
  };
}

/**
 * The number of parts of a long sum with few outputs, such as the gradient of a kernel. Without
 * them each of 32 units would read all images of the batch, and wait for memory three times as long
 * as it computes.
 */
function partsOf({ space, over }: MatmulKernel): number {
  const [first] = over, most = Math.min(32, first, Math.floor(sizeOf(over) / 1024));
  if (sizeOf(space) > 2 ** 17) return 1;
  for (let parts = most; parts > 1; parts--) if (first % parts === 0) return parts;
  return 1;
}

/** Sums each part into scratch memory, in lines of whole panels, and adds up the parts. */
function emitParts(kernel: MatmulKernel, sizes: readonly number[], parts: number): Phases {
  const { space, loads, a: { dtype } } = kernel;
  const inParts = partsOfProduct(kernel, parts);
  const shape = shapeOf(inParts);
  // All functions of a kernel have the same parameters: those of its stores, too.
  const partial = { ...inParts, stores: kernel.stores };
  const lines = [...space.slice(0, -1), shape.panels * panelWidth];
  const part = scale(axisIndex(space.length, parts), sizeOf(lines));
  const at = add(part, flatten(axesOf(space), lines));
  const total = {
    ...totalOf(kernel, "add", dtype, parts),
    body: load(loads.length, at, dtype),
  };
  const sums = parts * sizeOf(lines);
  return {
    phases: [
      emitPack(partial, sizes, shape, sums),
      emitProduct(partial, sizes, shape, sums),
      emitReduce(total, sizes, sums),
    ],
    scratch: 4 * (sums + shape.panels * panelWidth * copiesOf(shape) * shape.k),
  };
}

/** The number of units of work that keeps all threads of a machine busy. */
const enough = 32;

/**
 * The number of strips in a unit of work: several where sums are long, so that they share a block
 * of b while it is in the cache. Their sums take at most 64 kB.
 */
function stripsOf(shape: Shape): number {
  const { a, batch, m, tileRows, panels } = shape;
  if (!blocksOf(a.terms).isLong) return 1;
  const strips = Math.ceil(m / tileRows);
  const all = strips * sizeOf(batch.map(({ size }) => size));
  const room = Math.floor(2 ** 14 / (tileRows * panels * panelWidth));
  const most = Math.max(1, Math.min(strips, room, Math.floor(all / enough)));
  return Math.ceil(strips / Math.ceil(strips / most)); // as many in each unit
}

/**
 * The number of pieces of a strip, so that all threads have something to do: a product of 100 rows
 * has 17 strips, and a machine may have 16 threads. A piece has four panels at least, unless sums
 * are long, and is worth handing out.
 */
function piecesOf(strips: number, { a, panels, n, k, tileRows }: Shape): number {
  const wanted = Math.ceil(enough / strips);
  const worthwhile = Math.floor(termTime * tileRows * n * k / 10_000);
  const most = blocksOf(a.terms).isLong ? panels : panels >> 2;
  return Math.max(1, Math.min(wanted, worthwhile, most));
}

/**
 * A unit of work is a piece of some strips: rows of the output, and some of the panels.
 *
 * @param parts of a sum in parts, the numbers at the start of scratch memory that it goes to
 */
function emitProduct(
  kernel: MatmulKernel,
  sizes: readonly number[],
  shape: Shape,
  parts?: number,
): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { batch, rows, column, m, n, k, panels, tileRows, a, packed } = shape;
  const blocks = blocksOf(a.terms);
  const unitRows = tileRows * stripsOf(shape);
  const batchSizes = batch.map(({ size }) => size);
  const groups = Math.ceil(m / unitRows);
  const pieces = piecesOf(sizeOf(batchSizes) * groups, shape);
  const { stores } = kernel;
  const isPart = parts !== undefined;
  const isResult = stores.length === 1 && stores[0].value.kind === "result";
  const isDirect = isPart || !blocks.isLong && isResult && n % panelWidth === 0;
  const target = isPart ? parameters.scratch : isDirect ? parameters.outputs : parameters.own;
  const line = isDirect && !isPart ? n : panels * panelWidth;
  const loops: Loop[] = [...batch, rows, column];
  const nest = new Nest(fn, loops, loops.length, sources, 0);
  const indices = nest.formulas.variables.slice(1, 1 + batch.length);
  const [unit, row, rowEnd, left, right, to] = Array.from({ length: 6 }, () => fn.local("i32"));
  const [firstPanel, endPanel, firstColumn, endColumn] = Array.from(
    { length: 4 },
    () => ({ local: fn.local("i32") }),
  );
  const body = new Code();
  splitUnit(body, unit, batchSizes, indices, row, groups * pieces);
  [[firstPanel, firstColumn], [endPanel, endColumn]].forEach(([panel, column], end) => {
    body.get(row).i32(pieces).op("i32.rem_u").i32(end).op("i32.add");
    body.i32(panels).op("i32.mul").i32(pieces).op("i32.div_u").set(panel.local);
    // The last panel may be wider than what is left of the columns.
    body.get(panel.local).i32(panelWidth).op("i32.mul");
    pushLesser(body, column.local, { constant: n }).set(column.local);
  });
  body.get(row).i32(pieces).op("i32.div_u").i32(unitRows).op("i32.mul").tee(row);
  pushLesser(body.i32(unitRows).op("i32.add"), rowEnd, { constant: m }).set(rowEnd);
  const along = [...indices, row];
  const copies = packed.map((_, i) =>
    panels * panelWidth * k * sizeOf(packed.slice(i + 1).map((axis) => batchSizes[axis]))
  );
  const outer = [...batch, rows];
  const sizeBelow = (axis: number) =>
    sizeOf(outer.filter((other) => other.axis > axis).map(({ size }) => size));
  const direct = isDirect ? outer.map(({ axis }) => line * sizeBelow(axis)) : [];
  pushAddress(body, sources[kernel.a.buffer].address, a.constant, [...a.batch, a.row], along);
  body.set(left);
  const copy = packed.map((i) => indices[i]);
  pushAddress(body, parameters.scratch, parts ?? 0, copies, copy).set(right);
  pushAddress(body, target, 0, direct, along).set(to);

  const lineBytes = 4 * (direct.at(-1) ?? line);
  const bounds: [Bound, Bound] = [{ local: row }, { local: rowEnd }];
  const strip: Strip = {
    panels: [firstPanel, endPanel],
    ...{ left: fn.local("i32"), right, to: fn.local("i32"), lineBytes },
    turns: blocks.isLong ? fn.local("i32") : undefined,
  };
  const inner = { k, n, a: { row: a.row, terms: a.terms.slice(blocks.level) } };
  const tileRow = fn.local("i32");
  const tiles = new Code();
  const isLast = new Code().get(rowEnd).get(tileRow).op("i32.sub").i32(tileRows).op("i32.lt_u");
  tiles.append(wholeOrRest(m, tileRows, isLast, (count) => emitStrip(fn, inner, strip, count)));
  tiles.get(strip.left).i32(4 * tileRows * a.row).op("i32.add").set(strip.left);
  tiles.get(strip.to).i32(tileRows * lineBytes).op("i32.add").set(strip.to);
  const strips = new Code().get(left).set(strip.left).get(to).set(strip.to)
    .append(loop(tileRow, ...bounds, tileRows, tiles));
  if (strip.turns === undefined) body.append(strips);
  else {body.append(clear(fn, to, bounds, lineBytes, 4 * line)).append(
      inBlocks(fn, a, strip, strips, left),
    );}
  if (!isDirect) {
    body.append(emitEnd(kernel, nest, { to, lineBytes }, bounds, [firstColumn, endColumn]));
  }
  fn.code.append(nest.formulas.levels[0]).append(loop(unit, ...range, 1, body));
  const elements = sizeOf(kernel.space);
  const time = termTime * k * sizeOf(batchSizes) * m * panels * panelWidth +
    timeOf(valuesOf(kernel), elements);
  return { fn, units: sizeOf(batchSizes) * groups * pieces, granule: 1, time };
}

/** Fills some lines of `bytes` with zeros, which begin `lineBytes` apart. */
function clear(
  fn: FunctionBuilder,
  to: number,
  rows: [Bound, Bound],
  lineBytes: number,
  bytes: number,
): Code {
  const [row, at, line] = Array.from({ length: 3 }, () => fn.local("i32"));
  const zero = new Code().get(line).get(at).op("i32.add").v128(0).memory("v128.store");
  const one = loop(at, { constant: 0 }, { constant: bytes }, 16, zero);
  one.get(line).i32(lineBytes).op("i32.add").set(line);
  return new Code().get(to).set(line).append(loop(row, ...rows, 1, one));
}

/** Adds up long sums block by block: all strips of a unit, and then the next block. */
function inBlocks(
  fn: FunctionBuilder,
  { terms: loops }: Shape["a"],
  { right, turns }: Strip,
  strips: Code,
  left: number,
): Code {
  const { level, turns: most, terms } = blocksOf(loops);
  const { size, stride } = loops[level];
  const start = fn.local("i32");
  const one = new Code().i32(size).get(start).op("i32.sub");
  pushLesser(one, turns!, { constant: most }).set(turns!).append(strips);
  one.get(left).i32(4 * most * stride).op("i32.add").set(left);
  one.get(turns!).i32(4 * panelWidth * terms).op("i32.mul").get(right).op("i32.add").set(right);
  const cut = { size: Math.ceil(size / most), stride: most * stride };
  const block = loop(start, { constant: 0 }, { constant: size }, most, one);
  return inTurns(fn, [...loops.slice(0, level), cut], left, block);
}

/** Takes finished rows to the outputs, through the kernel's formulas. */
function emitEnd(
  kernel: MatmulKernel,
  nest: Nest,
  { to, lineBytes }: Pick<Strip, "to" | "lineBytes">,
  rows: [Bound, Bound],
  columns: [Bound, Bound],
): Code {
  const { formulas, fn } = nest;
  const laneLevel = nest.loops.length;
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
  rowBody.get(line).i32(lineBytes).op("i32.add").set(line);
  const code = new Code();
  for (let level = 1; level < laneLevel - 1; level++) code.append(formulas.levels[level]);
  return code.get(to).set(line).append(
    loop(formulas.variables[laneLevel - 1], ...rows, 1, rowBody),
  );
}

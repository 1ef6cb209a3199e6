/**
 * Reductions: sums and maxima over some axes.
 *
 * The lanes are four neighbouring outputs (sums of columns), or every fourth term of one output
 * (sums of rows), whichever reads memory in order. Several sums are under way at once, so that
 * their additions overlap in time. A long sum of float32 is cut into blocks whose sums are added in
 * float64, so that the error does not grow with the length.
 *
 * @module
 */
import {
  exprsOf,
  formulasOf,
  indicesOf,
  loadsOf,
  type ReduceKernel,
  valuesOf,
} from "../../kernel.ts";
import { sizeOf } from "../../graph.ts";
import { Code } from "../wasm/assembler.ts";
import { type Loop, loopsOver } from "./loops.ts";
import { emitMap } from "./map.ts";
import { type Bound, loop, Nest, parameters } from "./nest.ts";
import { begin, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";
import { Placing } from "./placing.ts";
import { block, Sums } from "./sums.ts";
import { identityBits } from "../wasm/simd.ts";

/**
 * out[i] = store(i, result = combine over k of body(i, k)).
 *
 * @param scratch the number of elements in scratch memory, which is the last of the loads if given
 */
export function emitReduce(
  kernel: ReduceKernel,
  sizes: readonly number[],
  scratch?: number,
): Phase {
  const { space, over, combine, body } = kernel;
  if (sizeOf(over) === 0) {
    return emitMap(kernel, sizes, (code) => code.v128(identityBits(combine, body.dtype)));
  }
  const outer = loopsOver(0, space, indicesOf(formulasOf(kernel)));
  const inner = loopsOver(space.length, over, indicesOf([body]));
  const rows = sumsRows(kernel, outer, inner);
  const loops = [...outer, ...inner];
  const laneLevel = rows ? loops.length : outer.length;
  const { fn, sources } = begin(kernel, sizes);
  if (scratch !== undefined) sources.push({ address: parameters.scratch, size: scratch });
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const code = (rows ? sumRows : sumColumns)(kernel, nest, outer.length);
  fn.code.append(nest.wrap(code, rows ? outer.length : outer.length - 1));
  const time = timeOf([body], sizeOf(space) * sizeOf(over)) +
    timeOf(valuesOf(kernel), sizeOf(space));
  return unitsOf(nest, time);
}

/** Whether to give the lanes to the terms of one output. */
function sumsRows(kernel: ReduceKernel, outer: readonly Loop[], inner: readonly Loop[]): boolean {
  const loops = [...outer, ...inner];
  const rows = readingCost(kernel, new Placing(loops, loops.length), inner.at(-1)!.size);
  const columns = readingCost(kernel, new Placing(loops, outer.length), outer.at(-1)!.size);
  return rows === columns ? outer.at(-1)!.size < 16 : rows < columns;
}

/** The cost of reading four lanes, divided by the share of lanes that are not empty. */
function readingCost(kernel: ReduceKernel, placing: Placing, size: number): number {
  let cost = 2;
  for (const { at } of loadsOf([kernel.body])) {
    const stride = placing.stride(at);
    cost += stride === 0 || stride === 1 ? 1 : 5;
  }
  return cost * Math.ceil(size / 4) * 4 / size;
}

/**
 * The number of groups of four lanes to work on at once. A long formula keeps the processor busy
 * alone: four groups of it are four times the code, and with eight tanh 4 % slower.
 */
function groupsFor(kernel: ReduceKernel): number {
  const args = exprsOf([kernel.body]).flatMap((expr) => expr.kind === "call" ? expr.args : []);
  return args.length <= 16 ? 4 : 1;
}

/** The lanes are neighbouring outputs. */
function sumColumns(kernel: ReduceKernel, nest: Nest, laneLevel: number): Code {
  const { fn, formulas, loops } = nest;
  const last = loops.length;
  return nest.lanes((positions, rest) => {
    const sums = new Sums(fn, kernel, 2 * block, positions.length);
    const terms = new Code();
    positions.forEach((position, i) => {
      formulas.lanes(position);
      const term = formulas.value(kernel.body);
      sums.include(terms.get(term), sums.parts[i]);
    });
    const stores = positions.map((position, i) => {
      formulas.lanes(position);
      formulas.result = sums.parts[i];
      return storeAll(formulas, kernel, rest);
    });
    const innermost = new Code().append(formulas.levels[last]).append(terms);
    const along = sums.inBlocks(
      loops[last - 1].size,
      block,
      (bounds) => loop(formulas.variables[last], ...bounds, 1, innermost),
    );
    const code = sums.start(new Code().append(formulas.levels[laneLevel]));
    code.append(nest.wrap(along, last - 1, laneLevel + 1));
    if (sums.isLong) sums.parts.forEach((part, i) => sums.demote(code, i, part));
    return stores.reduce((code, stored) => code.append(stored), code);
  }, groupsFor(kernel));
}

/** The lanes are neighbouring terms of one output. */
function sumRows(kernel: ReduceKernel, nest: Nest, outputs: number): Code {
  const { fn, formulas, loops } = nest;
  const last = loops.length;
  const groups = groupsFor(kernel);
  const stretch = 4 * groups * block;
  const sums = new Sums(fn, kernel, 2 * stretch, groups);

  const terms = (bounds: [Bound, Bound]) =>
    nest.lanes(
      (positions, rest) => {
        positions.forEach((position, i) => {
          formulas.lanes(position);
          const term = formulas.value(kernel.body);
          const code = formulas.levels[last].get(term);
          if (rest > 0) {
            // The lanes past the end count for nothing.
            sums.pushIdentity(code).v128(...[0, 1, 2, 3].map((lane) => lane < rest ? -1 : 0));
            code.op("v128.bitselect");
          }
          sums.include(code, sums.parts[i]);
        });
        return formulas.levels[last];
      },
      groups,
      bounds,
    );
  const along = sums.inBlocks(loops[last - 1].size, stretch, terms);
  const row = sums.start(new Code()).append(nest.wrap(along, last - 1, outputs + 1));
  combineLanes(row, sums);
  formulas.version(0);
  formulas.lanes(formulas.variables[last]);
  formulas.result = sums.parts[0];
  return row.append(storeAll(formulas, kernel, 1));
}

/** Brings all lanes of all sums together in all lanes of the first part. */
function combineLanes(code: Code, sums: Sums): void {
  const [first, ...others] = sums.parts;
  if (sums.isLong) {
    const [total, ...totals] = sums.totals.flat();
    code.get(total);
    for (const other of totals) code.get(other).op("f64x2.add");
    code.tee(total).op("f64x2.extract_lane", 0).get(total).op("f64x2.extract_lane", 1);
    code.op("f64.add").op("f32.demote_f64").op("f32x4.splat").set(first);
    return;
  }
  code.get(first);
  for (const part of others) sums.combine(code.get(part));
  code.set(first);
  for (const lanes of [[2, 3, 0, 1], [1, 0, 3, 2]]) {
    sums.include(code.get(first).get(first).shuffle(lanes), first);
  }
}

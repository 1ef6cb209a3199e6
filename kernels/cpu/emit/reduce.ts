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
import { formulasOf, indicesOf, type ReduceKernel, visitExprs } from "../../kernel.ts";
import { sizeOf } from "../../graph.ts";
import { Code } from "../wasm/assembler.ts";
import { type Loop, loopsOver } from "./loops.ts";
import { emitMap } from "./map.ts";
import { type Bound, loop, Nest } from "./nest.ts";
import { begin, combination, oneRound, type Phase, pushIdentity, storeAll } from "./phase.ts";
import { timeOf, unitsOf } from "./phase.ts";
import { Placing } from "./placing.ts";
import { block, demote, inBlocks, type Sum, Sums } from "./sums.ts";
import { identityBits } from "../wasm/simd.ts";

/** out[i] = store(i, result = combine over k of body(i, k)). */
export function emitReduce(kernel: ReduceKernel, sizes: readonly number[]): Phase {
  const { space, over, combine, body } = kernel;
  if (sizeOf(over) === 0) {
    return emitMap(kernel, sizes, { kind: "constant", bits: identityBits(combine, body.dtype) });
  }
  const atLeastOne = (loops: Loop[]) => loops.length > 0 ? loops : [oneRound];
  const outer = atLeastOne(loopsOver(0, space, indicesOf(formulasOf(kernel))));
  const inner = atLeastOne(loopsOver(space.length, over, indicesOf([body])));
  return (sumsRows(kernel, outer, inner) ? emitRows : emitColumns)(kernel, sizes, outer, inner);
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
  visitExprs([kernel.body], (expr) => {
    if (expr.kind !== "load") return;
    const stride = placing.stride(expr.at);
    cost += stride === 0 || stride === 1 ? 1 : 5;
  });
  return cost * Math.ceil(size / 4) * 4 / size;
}

/**
 * The number of groups of four lanes to work on at once. A long formula keeps the processor busy
 * alone: four groups of it are four times the code, and with eight tanh 4 % slower.
 */
function groupsFor(kernel: ReduceKernel): number {
  let calls = 0;
  visitExprs([kernel.body], (expr) => {
    if (expr.kind === "call") calls += expr.args.length;
  });
  return calls <= 16 ? 4 : 1;
}

const timeOfReduce = ({ body, stores, space, over }: ReduceKernel): number =>
  timeOf([body], sizeOf(space) * sizeOf(over)) +
  timeOf(stores.map(({ value }) => value), sizeOf(space));

/** The lanes are neighbouring outputs. */
function emitColumns(
  kernel: ReduceKernel,
  sizes: readonly number[],
  outer: readonly Loop[],
  inner: readonly Loop[],
): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const loops = [...outer, ...inner];
  const [laneLevel, last] = [outer.length, loops.length];
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const sums = new Sums(fn, kernel, 2 * block);

  const lanes = nest.lanes((positions, rest) => {
    const parts = sums.create(positions.length);
    const terms = new Code();
    positions.forEach((position, i) => {
      formulas.lanes(position);
      const term = formulas.value(kernel.body);
      sums.include(terms.get(term), parts[i].part);
    });
    const stores = positions.map((position, i) => {
      formulas.lanes(position);
      formulas.result = parts[i].part;
      return storeAll(formulas, kernel, rest);
    });
    const innermost = new Code().append(formulas.levels[last]).append(terms);
    const along = inBlocks(
      sums,
      parts,
      loops[last - 1].size,
      block,
      (bounds) => loop(nest.formulas.variables[last], ...bounds, 1, innermost),
    );
    const code = new Code().append(formulas.levels[laneLevel]);
    sums.start(code, parts).append(nest.wrap(along, last - 1, laneLevel + 1));
    for (const { part, totals } of parts) if (sums.isLong) demote(code, totals).set(part);
    for (const stored of stores) code.append(stored);
    return code;
  }, groupsFor(kernel));
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(fn, outer, laneLevel, timeOfReduce(kernel));
}

/** The lanes are neighbouring terms of one output. */
function emitRows(
  kernel: ReduceKernel,
  sizes: readonly number[],
  outer: readonly Loop[],
  inner: readonly Loop[],
): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { combine, body } = kernel;
  const loops = [...outer, ...inner];
  const last = loops.length;
  const nest = new Nest(fn, loops, last, sources, 1);
  const { formulas } = nest;
  const groups = groupsFor(kernel);
  const stretch = 4 * groups * block;
  const sums = new Sums(fn, kernel, 2 * stretch);
  const parts = sums.create(groups);

  const terms = (bounds: [Bound, Bound]) =>
    nest.lanes(
      (positions, rest) => {
        positions.forEach((position, i) => {
          formulas.lanes(position);
          const term = formulas.value(body);
          const code = formulas.levels[last].get(term);
          if (rest > 0) {
            // The lanes past the end count for nothing.
            pushIdentity(code, combine, body.dtype);
            code.v128(...[0, 1, 2, 3].map((lane) => lane < rest ? -1 : 0)).op("v128.bitselect");
          }
          sums.include(code, parts[i].part);
        });
        return formulas.levels[last];
      },
      groups,
      bounds,
    );
  const along = inBlocks(sums, parts, loops[last - 1].size, stretch, terms);
  const row = sums.start(new Code(), parts).append(nest.wrap(along, last - 1, outer.length + 1));
  combineLanes(row, sums, parts);
  formulas.version(0);
  formulas.lanes(nest.formulas.variables[last]);
  formulas.result = parts[0].part;
  row.append(storeAll(formulas, kernel, 1));
  fn.code.append(nest.wrap(row, outer.length));
  return unitsOf(fn, loops, last, timeOfReduce(kernel));
}

/** Brings all lanes of all sums together in all lanes of the first part. */
function combineLanes(code: Code, { kernel, isLong, fn }: Sums, sums: readonly Sum[]): void {
  const first = sums[0].part;
  if (isLong) {
    const totals = sums.flatMap((sum) => sum.totals);
    code.get(totals[0]);
    for (const total of totals.slice(1)) code.get(total).op("f64x2.add");
    const all = fn.local("v128");
    code.set(all).get(all).op("f64x2.extract_lane", 0).get(all).op("f64x2.extract_lane", 1);
    code.op("f64.add").op("f32.demote_f64").op("f32x4.splat").set(first);
    return;
  }
  const op = combination(kernel.combine, kernel.body.dtype);
  code.get(first);
  for (const { part } of sums.slice(1)) code.get(part).op(op);
  code.set(first);
  for (const lanes of [[2, 3, 0, 1], [1, 0, 3, 2]]) {
    code.get(first).get(first).get(first).shuffle(lanes).op(op).set(first);
  }
}

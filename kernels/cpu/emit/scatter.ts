/**
 * Scatters: rows of updates are added to the rows of the output that they name.
 *
 * The work is divided by columns. So two updates of one row never meet in two threads, and they are
 * added in order; many float32 are added in blocks ({@link ../cascade.ts}).
 *
 * @module
 */
import { BLOCK, levelsOf } from "../../cascade.ts";
import { sizeOf } from "../../graph.ts";
import { add, axisIndex, flatten, scale, valueIndex } from "../../indexing.ts";
import { indicesOf, outputIndex, type ScatterKernel } from "../../kernel.ts";
import { Code } from "../wasm/assembler.ts";
import { instructionFor } from "../wasm/simd.ts";
import { type Loop, loopsOver, oneRound } from "./loops.ts";
import { emitMap, type PushResult } from "./map.ts";
import { Nest, parameters } from "./nest.ts";
import { begin, type Phase, type Phases, store, timeOf } from "./phase.ts";

/**
 * Scratch memory holds the sums of all levels, then the number of updates of each row so far, then
 * for each update its number within its row.
 */
interface Layout {
  readonly levels: number;
  readonly counts: number;
  readonly ordinals: number;
  readonly bytes: number;
}

function layoutOf({ space, over: [updates], body }: ScatterKernel): Layout {
  const levels = levelsOf(body.dtype, updates);
  const counts = 4 * levels * sizeOf(space);
  const ordinals = counts + (levels > 1 ? 4 * space[0] : 0);
  return { levels, counts, ordinals, bytes: ordinals + (levels > 1 ? 4 * updates : 0) + 64 };
}

/** out[r, …c] = store(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. */
export function emitScatter(kernel: ScatterKernel, sizes: readonly number[]): Phases {
  const layout = layoutOf(kernel);
  const { levels, ordinals } = layout;
  const plain = levels === 1 && kernel.stores.length === 1 &&
    kernel.stores[0].value.kind === "result";
  const target = plain ? parameters.outputs : parameters.scratch;
  const phases = [emitClear(kernel, sizes, target, ordinals / 4)];
  if (levels > 1) phases.push(emitOrdinals(kernel, sizes, layout));
  if (kernel.over[0] > 0) phases.push(emitSums(kernel, sizes, target, layout));
  if (plain) return { phases };
  const pushSum: PushResult = (code, formulas) => {
    const from = formulas.address(parameters.scratch, outputIndex(kernel.space));
    code.get(from).memory("v128.load");
    for (let level = 1; level < levels; level++) {
      code.get(from).memory("v128.load", 4 * sizeOf(kernel.space) * level).op("f32x4.add");
    }
    return code;
  };
  return { phases: [...phases, emitMap(kernel, sizes, pushSum, " (end)")], scratch: layout.bytes };
}

/** A unit of work is an element. */
function emitClear(
  kernel: ScatterKernel,
  sizes: readonly number[],
  target: number,
  units: number,
): Phase {
  const { fn } = begin(kernel, sizes, " (clear)");
  fn.code.get(target).get(parameters.begin).i32(2).op("i32.shl").op("i32.add").i32(0);
  fn.code.get(parameters.end).get(parameters.begin).op("i32.sub").i32(2).op("i32.shl").op(
    "memory.fill",
    0,
  );
  return { fn, units, granule: 16, time: 0.05 * units };
}

/** Numbers the updates of each row, from 1. All of it is one unit of work. */
function emitOrdinals(kernel: ScatterKernel, sizes: readonly number[], layout: Layout): Phase {
  const { fn, sources } = begin(kernel, sizes, " (count)");
  const { space, over: [updates], row } = kernel;
  const nest = new Nest(fn, [{ axis: space.length, size: updates }, oneRound], 2, sources, 2);
  const { formulas } = nest;
  const count = fn.local("i32");
  const lanes = nest.lanes(([position]) => {
    formulas.lanes(position);
    const ofRow = formulas.address(parameters.scratch, valueIndex(row, space[0]));
    const ofUpdate = formulas.address(parameters.scratch, axisIndex(space.length, updates));
    const code = formulas.levels[2].get(ofRow).get(ofRow).memory("i32.load", layout.counts);
    code.i32(1).op("i32.add").tee(count).memory("i32.store", layout.counts);
    return code.get(ofUpdate).get(count).memory("i32.store", layout.ordinals);
  });
  fn.code.append(nest.wrap(lanes, 1));
  return { fn, units: 1, granule: 1, time: timeOf([row], updates) };
}

function emitSums(
  kernel: ScatterKernel,
  sizes: readonly number[],
  target: number,
  { levels, ordinals }: Layout,
): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { space, over: [updates], row, body } = kernel;
  const columns = space.slice(1);
  const along: Loop = { axis: space.length, size: updates };
  const loops = [along, ...loopsOver(1, columns, indicesOf([body]))];
  const laneLevel = loops.length;
  const nest = new Nest(fn, loops, laneLevel, sources, 2);
  const { formulas } = nest;
  const at = add(
    scale(valueIndex(row, space[0]), sizeOf(columns)),
    flatten(columns.map((size, i) => axisIndex(i + 1, size)), columns),
  );
  const sum = fn.local("v128");
  const ordinal = fn.local("i32");
  if (levels > 1) {
    const place = formulas.address(parameters.scratch, axisIndex(space.length, updates));
    formulas.levels[1].get(place).memory("i32.load", ordinals).set(ordinal);
  }
  const levelBytes = 4 * sizeOf(space);
  /** Adds what is on the stack to the sum of a level. */
  const include = (code: Code, address: number, level: number, rest: number): Code => {
    code.get(address).memory("v128.load", levelBytes * level);
    code.op(instructionFor("add", body.dtype)!).set(sum);
    store(code, address, sum, body.dtype, rest, levelBytes * level);
    return code;
  };
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const term = formulas.value(body);
    const address = formulas.address(target, at);
    return include(formulas.levels[laneLevel].get(term), address, 0, rest);
  });
  /** Where a block of a level is full, its sum goes to the next level, for all columns. */
  const fold = (level: number): Code => {
    if (level + 1 === levels) return new Code();
    const full = nest.lanes(([position], rest) => {
      formulas.lanes(position);
      const address = formulas.address(target, at);
      const code = formulas.levels[laneLevel].get(address).memory("v128.load", levelBytes * level);
      include(code, address, level + 1, rest);
      const zero = fn.local("v128"); // never set
      store(code, address, zero, body.dtype, rest, levelBytes * level);
      return code;
    });
    const isFull = new Code().get(ordinal).i32(BLOCK ** (level + 1) - 1).op("i32.and").op(
      "i32.eqz",
    );
    return isFull.when(full.append(fold(level + 1)));
  };
  lanes.append(fold(0));
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  const time = timeOf([row], updates) + timeOf([body], updates * sizeOf(columns));
  return { fn, units: loops[1].size, granule: laneLevel === 2 ? 16 : 1, time };
}

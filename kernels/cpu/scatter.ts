/**
 * Scatters: rows of updates are added to the rows of the output that they name.
 *
 * The work is divided by columns: two updates of one row then never meet, and are added in their order. Many float32 are
 * added up in float64, so that the error does not grow with their number.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import { add, axisIndex, flatten, scale, valueIndex } from "../indexing.ts";
import { indicesOf, type ScatterKernel } from "../kernel.ts";
import { type Loop, loopsOver } from "./loops.ts";
import { emitMap } from "./map.ts";
import { Nest, parameters } from "./nest.ts";
import { begin, combination, once, type Phase, type Phases, store, timeOf } from "./phase.ts";

/** From so many updates on, sums of float32 are taken in float64, in scratch memory. */
const long = 128;

/** out[r, …c] = store(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. */
export function emitScatter(kernel: ScatterKernel, sizes: readonly number[]): Phases {
  const isWide = kernel.body.dtype === "float32" && kernel.over[0] > long;
  const plain = !isWide && kernel.stores.length === 1 && kernel.stores[0].value.kind === "result";
  const target: Target = { address: plain ? parameters.outputs : parameters.scratch, isWide };
  const phases = [emitClear(kernel, sizes, target)];
  if (kernel.over[0] > 0) phases.push(emitSums(kernel, sizes, target));
  if (plain) return { phases, scratch: 0, own: 0 };
  const end = emitMap(kernel, sizes, { kind: "buffer", ...target });
  const scratch = (isWide ? 8 : 4) * sizeOf(kernel.space) + 64;
  return { phases: [...phases, end], scratch, own: 0 };
}

/** Where the sums are: a parameter of the function, and whether they are float64. */
interface Target {
  readonly address: number;
  readonly isWide: boolean;
}

/** A unit of work is an element. */
function emitClear(
  kernel: ScatterKernel,
  sizes: readonly number[],
  { address, isWide }: Target,
): Phase {
  const { fn } = begin(kernel, sizes, " (clear)");
  const units = sizeOf(kernel.space);
  const shift = isWide ? 3 : 2;
  fn.code.get(address).get(parameters.begin).i32(shift).op("i32.shl").op("i32.add").i32(0);
  fn.code.get(parameters.end).get(parameters.begin).op("i32.sub").i32(shift).op("i32.shl").fill();
  return { fn, units, granule: 16, time: 0.05 * units };
}

function emitSums(kernel: ScatterKernel, sizes: readonly number[], target: Target): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { space, over: [updates], row, body } = kernel;
  const columns = space.slice(1);
  const along: Loop = { axis: space.length, size: updates };
  const across = loopsOver({ first: 1, sizes: columns }, indicesOf([body]));
  const loops = [along, ...(across.length > 0 ? across : [once])];
  const laneLevel = loops.length;
  const nest = new Nest(fn, loops, laneLevel, sources, 2);
  const { formulas } = nest;
  const at = add(
    scale(valueIndex(row, space[0]), sizeOf(columns)),
    flatten(columns.map((size, i) => axisIndex(i + 1, size)), columns),
  );
  const [low, high] = [fn.local("v128"), fn.local("v128")];
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const term = formulas.value(body);
    const address = formulas.address(target.address, target.isWide ? scale(at, 2) : at);
    const code = formulas.levels[laneLevel].get(address).memory("v128.load").get(term);
    if (!target.isWide) {
      code.op(combination("add", body.dtype)).set(low);
      store(code, address, low, body.dtype, rest);
      return code;
    }
    code.op("f64x2.promote_low_f32x4").op("f64x2.add").set(low).get(address).get(low);
    if (rest === 1) return code.laneMemory("v128.store64_lane", 0);
    code.memory("v128.store");
    if (rest === 2) return code;
    code.get(address).memory("v128.load", 16).get(term).get(term).shuffle([2, 3, 2, 3]);
    code.op("f64x2.promote_low_f32x4").op("f64x2.add").set(high).get(address).get(high);
    return rest === 0 ? code.memory("v128.store", 16) : code.laneMemory("v128.store64_lane", 0, 16);
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  const time = timeOf([row], updates) + timeOf([body], updates * sizeOf(columns));
  return { fn, units: loops[1].size, granule: laneLevel === 2 ? 16 : 1, time };
}

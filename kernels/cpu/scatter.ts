/**
 * Scatters: rows of updates are added to the rows of the output that they name.
 *
 * The work is divided by columns: two updates of one row then never meet, and are added in their order.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import { add, axisIndex, flatten, scale, valueIndex } from "../indexing.ts";
import type { ScatterKernel } from "../kernel.ts";
import { indicesOf, type Loop, loopsOver } from "./loops.ts";
import { emitMap } from "./map.ts";
import { Nest, parameters } from "./nest.ts";
import { begin, combination, once, type Phase, type Phases, store, timeOf } from "./phase.ts";

/** out[r, …c] = store(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. */
export function emitScatter(kernel: ScatterKernel, sizes: readonly number[]): Phases {
  const plain = kernel.stores.length === 1 && kernel.stores[0].value.kind === "result";
  const target = plain ? parameters.outputs : parameters.scratch;
  const phases = [emitClear(kernel, sizes, target)];
  if (kernel.over[0] > 0) phases.push(emitSums(kernel, sizes, target));
  if (plain) return { phases, scratch: 0, own: 0 };
  const end = emitMap(kernel, sizes, { kind: "buffer", address: parameters.scratch });
  return { phases: [...phases, end], scratch: 4 * sizeOf(kernel.space) + 64, own: 0 };
}

/** A unit of work is an element. */
function emitClear(kernel: ScatterKernel, sizes: readonly number[], target: number): Phase {
  const { fn } = begin(kernel, sizes, " (clear)");
  const units = sizeOf(kernel.space);
  fn.code.get(target).get(parameters.begin).i32(2).op("i32.shl").op("i32.add").i32(0);
  fn.code.get(parameters.end).get(parameters.begin).op("i32.sub").i32(2).op("i32.shl").fill();
  return { fn, units, granule: 16, time: 0.05 * units };
}

function emitSums(kernel: ScatterKernel, sizes: readonly number[], target: number): Phase {
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
  const sum = fn.local("v128");
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const term = formulas.value(body);
    const address = formulas.address(target, at);
    const code = formulas.levels[laneLevel].get(address).memory("v128.load").get(term);
    code.op(combination("add", body.dtype)).set(sum);
    store(code, address, sum, body.dtype, rest);
    return code;
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  const time = timeOf([row], updates) + timeOf([body], updates * sizeOf(columns));
  return { fn, units: loops[1].size, granule: laneLevel === 2 ? 16 : 1, time };
}

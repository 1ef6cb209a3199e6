/**
 * Scatters: rows of updates are added to the rows of the output that they name.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import { add, axisIndex, flatten, scale, valueIndex } from "../indexing.ts";
import type { ScatterKernel } from "../kernel.ts";
import { indicesOf, type Loop, loopsOver } from "./loops.ts";
import { emitMap } from "./map.ts";
import { Nest, parameters } from "./nest.ts";
import { begin, combination, once, type Phases, store } from "./phase.ts";

/** out[r, …c] = store(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. */
export function emitScatter(kernel: ScatterKernel, sizes: readonly number[]): Phases {
  const { fn, sources } = begin(kernel, sizes);
  const { space, over: [updates], row, body } = kernel;
  const plain = kernel.stores.length === 1 && kernel.stores[0].value.kind === "result";
  const target = plain ? parameters.outputs : parameters.scratch;
  const bytes = 4 * sizeOf(space);
  fn.code.get(target).i32(0).i32(bytes).fill();

  if (updates > 0) {
    const columns = space.slice(1);
    const along: Loop = { axis: space.length, size: updates };
    const across = loopsOver({ first: 1, sizes: columns }, indicesOf([body]));
    const loops = [along, ...(across.length > 0 ? across : [once])];
    const laneLevel = loops.length;
    const nest = new Nest(fn, loops, laneLevel, sources, false);
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
  }
  const phases = [{ fn, units: 1, granule: 1 }];
  if (plain) return { phases, scratch: 0 };
  const end = emitMap(kernel, sizes, { kind: "buffer", address: parameters.scratch });
  return { phases: [...phases, end], scratch: bytes + 64 };
}

/**
 * Map kernels: every element of the output is a formula.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { indicesOf, type Kernel, outputIndex } from "../../kernel.ts";
import { loopsOver } from "./loops.ts";
import { Nest } from "./nest.ts";
import { begin, oneRound, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";

/** The `result` in the formula of a map, if there is one. */
export type Result =
  /**
   * The sum of `count` buffers, each as large as the output. They follow one another in memory from
   * an address on, which is a parameter.
   */
  | { readonly kind: "buffers"; readonly address: number; readonly count: number }
  /** The same number for all elements. */
  | { readonly kind: "constant"; readonly bits: number };

/** out[i] = store(i), for any kernel whose result is known. */
export function emitMap(kernel: Kernel, sizes: readonly number[], result?: Result): Phase {
  const { fn, sources } = begin(kernel, sizes, result?.kind === "buffers" ? " (end)" : "");
  const { space, stores } = kernel;
  const values = stores.map(({ value }) => value);
  const loops = loopsOver(0, space, indicesOf(values));
  if (loops.length === 0) loops.push(oneRound);
  const laneLevel = loops.length;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const body = formulas.levels[laneLevel];
    if (result !== undefined) {
      formulas.result = fn.local("v128");
      if (result.kind === "constant") {
        const { bits } = result;
        body.v128(bits).set(formulas.result);
      } else {
        const from = formulas.address(result.address, outputIndex(space));
        body.get(from).memory("v128.load");
        for (let i = 1; i < result.count; i++) {
          body.get(from).memory("v128.load", 4 * sizeOf(space) * i).op("f32x4.add");
        }
        body.set(formulas.result);
      }
    }
    return body.append(storeAll(formulas, kernel, rest));
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(fn, loops, laneLevel, timeOf(values, sizeOf(space)));
}

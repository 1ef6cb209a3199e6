/**
 * Map kernels: every element of the output is a formula.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import { scale } from "../indexing.ts";
import { indicesOf, type Kernel } from "../kernel.ts";
import { loopsOver } from "./loops.ts";
import { Nest } from "./nest.ts";
import { begin, once, outputIndex, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";

/** Where a map finds the `result` in its formula, if there is one. */
export type Result =
  /** A buffer of as many elements as the output, float64 if it is wide, whose address is a parameter of the function. */
  | { readonly kind: "buffer"; readonly address: number; readonly isWide: boolean }
  /** The same for all. */
  | { readonly kind: "constant"; readonly bits: number };

/** out[i] = store(i), for any kernel whose result is already there. */
export function emitMap(kernel: Kernel, sizes: readonly number[], result?: Result): Phase {
  const { fn, sources } = begin(kernel, sizes, result?.kind === "buffer" ? " (end)" : "");
  const { space, stores } = kernel;
  const values = stores.map(({ value }) => value);
  const loops = loopsOver({ first: 0, sizes: space }, indicesOf(values));
  if (loops.length === 0) loops.push(once);
  const laneLevel = loops.length;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const body = formulas.levels[laneLevel];
    const after = formulas.levels[laneLevel + 1];
    if (result !== undefined) {
      formulas.result = fn.local("v128");
      if (result.kind === "constant") {
        const { bits } = result;
        body.v128([bits, bits, bits, bits]).set(formulas.result);
      } else {
        const { address, isWide } = result;
        const at = outputIndex(space);
        const from = formulas.address(address, isWide ? scale(at, 2) : at);
        body.get(from).memory("v128.load");
        if (isWide) {
          body.op("f32x4.demote_f64x2_zero").get(from).memory("v128.load", 16);
          body.op("f32x4.demote_f64x2_zero").shuffle([0, 1, 4, 5]);
        }
        body.set(formulas.result);
      }
    }
    storeAll(formulas, kernel, after, rest);
    return body.append(after);
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(fn, loops, laneLevel, timeOf(values, sizeOf(space)));
}

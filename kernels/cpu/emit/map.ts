/**
 * Map kernels: every element of the output is a formula.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { indicesOf, type Kernel, valuesOf } from "../../kernel.ts";
import type { Code } from "../wasm/assembler.ts";
import type { Formulas } from "./formula.ts";
import { loopsOver } from "./loops.ts";
import { Nest } from "./nest.ts";
import { begin, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";

/** Appends code that pushes the `result` in the formulas of a map, in four lanes. */
export type PushResult = (code: Code, formulas: Formulas) => Code;

/** out[i] = store(i), for any kernel whose result is known. */
export function emitMap(
  kernel: Kernel,
  sizes: readonly number[],
  pushResult?: PushResult,
  suffix?: string,
): Phase {
  const { fn, sources } = begin(kernel, sizes, suffix);
  const { space } = kernel;
  const values = valuesOf(kernel);
  const loops = loopsOver(0, space, indicesOf(values));
  const laneLevel = loops.length;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const body = formulas.levels[laneLevel];
    if (pushResult !== undefined) {
      formulas.result = fn.local("v128");
      pushResult(body, formulas).set(formulas.result);
    }
    return body.append(storeAll(formulas, kernel, rest));
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(nest, timeOf(values, sizeOf(space)));
}

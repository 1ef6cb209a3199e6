/**
 * Map kernels: every element of the output is a formula.
 *
 * The innermost loop of the elementwise product of a [4, 6] buffer with a [6] buffer. WebAssembly
 * pushes values onto a stack, and each op takes its arguments from there. Local 9 is the column j;
 * locals 10 and 16 are the addresses of the row in the first input and in the output, local 6 that
 * of the second input. A turn multiplies four columns at once, so this loop has a single turn;
 * columns 4 and 5 follow behind it, in code that stores only two lanes.
 * `tests/kernels/cpu/text_test.ts` holds this text against the emitter.
 *
 * ```wat
 * loop
 *   local.get 10  local.get 9  i32.const 4  i32.mul  i32.add  local.set 11
 *   local.get 11  v128.load  local.set 12
 *   local.get 6  local.get 9  i32.const 4  i32.mul  i32.add  local.set 13
 *   local.get 13  v128.load  local.set 14
 *   local.get 12  local.get 14  f32x4.mul  local.set 15
 *   local.get 16  local.get 9  i32.const 4  i32.mul  i32.add  local.set 17
 *   local.get 17  local.get 15  v128.store
 *   local.get 9  i32.const 4  i32.add  local.set 9
 *   local.get 9  i32.const 4  i32.lt_u  br_if 0
 * end
 * ```
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

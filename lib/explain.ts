/**
 * Shows the program that a function becomes.
 *
 * @module
 */
import { describeProgram } from "../kernels/describe.ts";
import { deviceOf } from "./evaluate.ts";
import {
  checkJit,
  flattenArguments,
  type JitOptions,
  type OrNumbers,
  trace,
  type Traceable,
} from "./jit.ts";

/**
 * The program that {@linkcode jit} makes of f for some arguments, as text: its kernels in order,
 * with their index spaces, operations and bytes, and its buffers. The names i0, o0 and s0 are an
 * input, an output and a scratch buffer.
 *
 * @example
 * ```ts
 * import { explain, matmul, relu, tensor, zeros } from "@echograd/echograd";
 * const layer = (x: ReturnType<typeof tensor>) => relu(matmul(x, zeros([3, 2])));
 * console.log(explain(layer)(zeros([4, 3])));
 * ```
 */
export function explain<A extends readonly unknown[], R>(
  f: Traceable<A, R>,
  options: JitOptions = {},
): (...args: OrNumbers<A>) => string {
  checkJit("explain", f, options);
  return (...args) => {
    const { leaves } = flattenArguments(args);
    const device = options.device ?? deviceOf(leaves);
    const traced = trace(f, args, leaves, options.donate);
    if (traced === undefined) {
      throw new Error(
        "Cannot explain a function that depends on the arguments of a function being traced",
      );
    }
    return describeProgram(traced.plan(device.traits));
  };
}

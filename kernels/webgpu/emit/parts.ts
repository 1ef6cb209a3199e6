/**
 * Kernels in two launches: the first stores what it has computed in several parts, and the second
 * reads that as its last load.
 *
 * @module
 */
import type { DType } from "../../formula.ts";
import { type Combine, sizeOf } from "../../graph.ts";
import { add, axisIndex, scale } from "../../indexing.ts";
import { type Kernel, outputIndex, type ReduceKernel } from "../../kernel.ts";
import { load, result } from "../../scalar.ts";

/** A kernel that stores its result alone, for the next launch; `what` says what that is. */
export const storingResult = <K extends Kernel>(kernel: K, dtype: DType, what: string): K => ({
  ...kernel,
  name: `${kernel.name} (${what})`,
  stores: [{ dtype, value: result(dtype) }],
});

/**
 * The reduction that combines the parts of a kernel's result, its last load: [...space, parts], or
 * [parts, ...space] where they come `first`.
 */
export function totalOf(
  { name, space, loads, stores }: Kernel,
  combine: Combine,
  dtype: DType,
  parts: number,
  first = false,
): ReduceKernel {
  const part = axisIndex(space.length, parts), output = outputIndex(space);
  const at = first ? add(scale(part, sizeOf(space)), output) : add(scale(output, parts), part);
  return {
    ...{ kind: "reduce", combine, name, space, over: [parts], stores },
    loads: [...loads, dtype],
    body: load(loads.length, at, dtype),
  };
}

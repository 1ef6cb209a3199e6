/**
 * Kernels in two launches: the first stores what it has computed in several parts, and the second
 * reads that as its last load.
 *
 * @module
 */
import type { Atom, DType, Index, Load } from "./formula.ts";
import { type Combine, sizeOf } from "./graph.ts";
import { add, axisIndex, mapAtoms, scale } from "./indexing.ts";
import { type Kernel, type MatmulKernel, outputIndex, type ReduceKernel } from "./kernel.ts";
import { load, result } from "./scalar.ts";

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

/**
 * The product whose first batch axis is the part of the sum. `parts` must divide the first axis of
 * the sum.
 */
export function partsOfProduct(kernel: MatmulKernel, parts: number): MatmulKernel {
  const { name, space, over: [first, ...over], a, b } = kernel;
  const own = first / parts;
  const k = space.length;
  // The axes move up by one, and k becomes part · own + k.
  const moved = (atom: Atom): Index => {
    if (atom.kind !== "axis") throw new TypeError(`A factor of ${name} is not strided`);
    if (atom.axis !== k) return axisIndex(atom.axis + 1, atom.size);
    return add(scale(axisIndex(0, parts), own), axisIndex(k + 1, own));
  };
  const inPart = (factor: Load): Load => ({ ...factor, at: mapAtoms(factor.at, moved) });
  return {
    ...storingResult(kernel, a.dtype, "parts"),
    ...{ space: [parts, ...space], over: [own, ...over], a: inPart(a), b: inPart(b) },
  };
}

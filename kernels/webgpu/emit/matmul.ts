/**
 * Products of matrices: out[…, m, n] = value(Σₖ a[…, m, k] · b[…, k, n]).
 *
 * Every thread computes a tile of the product in registers: `rows` rows by `vectors` vectors of
 * four columns. At each step along k it loads rows + 4·vectors numbers for rows · 4·vectors
 * multiplications. The two variants differ in where they load from: threads alone load from the
 * buffers (`registers.ts`), and teams load from workgroup memory that they fill together
 * (`teams.ts`).
 *
 * Both factors are read by their strides, so transposed and broadcast factors are no special case
 * (`operand.ts`). Both variants add up an element in the order of k, so they give the same bits.
 * Where the outputs are few and k is long, {@linkcode partsOfProduct} deals k to several tiles, and a
 * second launch adds their sums in order.
 *
 * @module
 */
import type { Atom, Index, Load } from "../../formula.ts";
import { add, axisIndex, mapAtoms, scale } from "../../indexing.ts";
import type { MatmulKernel } from "../../kernel.ts";
import { storingResult } from "./parts.ts";
import { emitRegisters } from "./registers.ts";
import type { Bindings, Shader } from "../wgsl/shader.ts";
import { emitTeams } from "./teams.ts";
import type { Variant } from "./variants.ts";

/** Writes the shader of a product. */
export function emitMatmul(kernel: MatmulKernel, bindings: Bindings, variant: Variant): Shader {
  const { team } = variant;
  if (team === undefined) return emitRegisters(kernel, bindings, variant);
  return emitTeams(kernel, bindings, variant, team);
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

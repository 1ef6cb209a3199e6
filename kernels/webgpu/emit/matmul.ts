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
 * Where the outputs are few and k is long, `partsOfProduct` deals k to several tiles, and a
 * second launch adds their sums in order.
 *
 * @module
 */
import type { MatmulKernel } from "../../kernel.ts";
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

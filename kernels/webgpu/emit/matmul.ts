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
 * Where the outputs are few and k is long, {@linkcode splitProduct} deals k to several tiles, and a
 * second launch adds their sums in order.
 *
 * @module
 */
import type { Index, Load } from "../../formula.ts";
import { add, axisIndex, constantIndex, flatten, scale } from "../../indexing.ts";
import type { MatmulKernel, ReduceKernel } from "../../kernel.ts";
import { load, result } from "../../scalar.ts";
import { range } from "./operand.ts";
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
 * A product as two kernels: one whose first batch axis is the part of k that it sums over, and a
 * reduction of those partial sums, which are its last load. `parts` must divide the depth.
 */
export function splitProduct(kernel: MatmulKernel, parts: number): [MatmulKernel, ReduceKernel] {
  const { name, space, over: [depth], loads, stores } = kernel;
  const dtype = kernel.a.dtype;
  const own = depth / parts;
  const k = space.length;
  // The axes move up by one, and k becomes part · own + k.
  const axisAt = (axis: number, size: number): Index =>
    axis === k
      ? add(scale(axisIndex(0, parts), own), axisIndex(k + 1, own))
      : axisIndex(axis + 1, size);
  const inPart = ({ buffer, at }: Load): Load => {
    const terms = at.terms.map(({ atom, scale: by }) => {
      if (atom.kind !== "axis") throw new TypeError(`A factor of ${name} is not strided`);
      return scale(axisAt(atom.axis, atom.size), by);
    });
    return load(buffer, add(constantIndex(at.constant), ...terms), dtype);
  };
  const positions = range(k).map((axis) => axisIndex(axis, space[axis]));
  const at = flatten([axisIndex(k, parts), ...positions], [parts, ...space]);
  const first: MatmulKernel = {
    ...kernel,
    name: `${name} (parts)`,
    space: [parts, ...space],
    over: [own],
    a: inPart(kernel.a),
    b: inPart(kernel.b),
    stores: [{ dtype, value: result(dtype) }],
  };
  const second: ReduceKernel = {
    ...{ kind: "reduce", name, combine: "add", space, over: [parts], stores },
    loads: [...loads, dtype],
    body: load(loads.length, at, dtype),
  };
  return [first, second];
}

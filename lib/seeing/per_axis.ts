/**
 * Takes a position in memory apart into an index for each axis.
 *
 * @module
 */
import type { Index } from "../../kernels/formula.ts";
import { sizeOf } from "../../kernels/graph.ts";
import type { Shape } from "../shape.ts";

/**
 * The index of a row-major buffer as one index for each axis of its shape: 8 + i + 6·j of [4, 6]
 * is [1 + j, 2 + i]. undefined where it is none, as after most reshapes.
 */
export function perAxis(
  { constant, terms }: Index,
  shape: Shape,
): Pick<Index, "constant" | "terms">[] | undefined {
  let rest = constant;
  const left = new Set(terms);
  const parts = shape.map((size, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const own = [...left].filter(({ scale }) => size > 1 && scale % stride === 0);
    own.forEach((term) => left.delete(term));
    const whole = Math.floor(rest / stride);
    rest -= whole * stride;
    const scaled = own.map(({ atom, scale }) => ({ atom, scale: scale / stride }));
    return { constant: whole, terms: scaled };
  });
  const isWithin = ({ constant, terms }: Pick<Index, "constant" | "terms">, axis: number) => {
    const reach = terms.map(({ atom, scale }) => scale * (atom.size - 1));
    const least = reach.reduce((sum, n) => sum + Math.min(n, 0), constant);
    const most = reach.reduce((sum, n) => sum + Math.max(n, 0), constant);
    return least >= 0 && most < shape[axis];
  };
  return left.size === 0 && parts.every(isWithin) ? parts : undefined;
}

/**
 * What a formula costs, and how deeply it is nested: the compiler weighs computing again against
 * storing by these.
 *
 * @module
 */
import type { Call, Expr } from "./formula.ts";
import { remember } from "./remember.ts";

/** What an operation costs, in multiplications. */
export function costOf({ op, intrinsic }: Call): number {
  if (intrinsic !== undefined) return 12;
  return op === "div" || op === "sqrt" ? 4 : 1;
}

/** How deeply nested a formula is. An intrinsic counts 32, about as deep as it is written out. */
export function nestingOf(formula: Expr, known: Map<Expr, number> = new Map()): number {
  if (formula.kind !== "call") return 0;
  return remember(known, formula, () => {
    const inner = formula.args.reduce((most, arg) => Math.max(most, nestingOf(arg, known)), 0);
    return inner + (formula.intrinsic ? 32 : 1);
  });
}

/** How deeply nested a formula may be: compilers of shaders recurse over it. */
export const NESTING_LIMIT = 800;

/**
 * Finds what formulas use more than once.
 *
 * @module
 */
import type { Expr } from "../../kernels/formula.ts";
import { indicesOf } from "../../kernels/kernel.ts";

/**
 * What is used more than once in some formulas, and is long enough to be worth a name. A square
 * counts as one use.
 */
export function sharedIn(formulas: readonly Expr[]): Set<Expr> {
  const uses = new Map<Expr, number>();
  const use = (expr: Expr) => {
    const before = uses.get(expr) ?? 0;
    uses.set(expr, before + 1);
    if (before > 0) return;
    if (expr.kind === "call") new Set(expr.args).forEach(use);
    if (expr.kind !== "load" && expr.kind !== "position") return;
    for (const { terms } of indicesOf([expr])) {
      for (const { atom } of terms) if (atom.kind === "value") use(atom.of);
    }
  };
  formulas.forEach(use);
  const isLong = (expr: Expr) =>
    expr.kind === "result" ||
    expr.kind === "call" && expr.args.some((arg) => arg.kind === "call" || arg.kind === "result");
  return new Set([...uses].filter(([expr, count]) => count > 1 && isLong(expr)).map(([e]) => e));
}

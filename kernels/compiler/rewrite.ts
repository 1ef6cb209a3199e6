/**
 * Rewriting formulas: making equal subexpressions one object, and replacing loads.
 *
 * @module
 */
import type { Expr, Index, Load } from "../formula.ts";
import { axisIndex, divide, isStrided, mapAtoms, valueIndex } from "../indexing.ts";

import { remember } from "../remember.ts";

/** The same formulas, with equal subexpressions shared by reference. */
export function share(roots: readonly Expr[]): Expr[] {
  const ids = new Map<Expr, number>();
  const byKey = new Map<string, Expr>();

  const idOf = (expr: Expr): number => remember(ids, expr, () => ids.size);
  const indexKey = (index: Index): string =>
    index.constant + index.terms.map(({ atom, scale }) => {
      const name = atom.kind === "axis"
        ? `a${atom.axis}`
        : atom.kind === "value"
        ? `v${idOf(atom.of)}`
        : `${atom.kind[0]}${atom.by}(${indexKey(atom.of)})`;
      return `+${scale}${name}`;
    }).sort().join("");
  const keyOf = (expr: Expr): string => {
    switch (expr.kind) {
      case "constant":
        return `c${expr.dtype}${Object.is(expr.value, -0) ? "-0" : expr.value}`;
      case "result":
        return "result";
      case "position":
        return `p${indexKey(expr.at)}`;
      case "load":
        return `l${expr.buffer}:${indexKey(expr.at)}`;
      case "call":
        return `${expr.op}${expr.dtype}(${expr.args.map(idOf)})`;
    }
  };
  return rewrite(roots, (expr) => remember(byKey, keyOf(expr), () => expr));
}

/**
 * The formulas with every load replaced by what `f` makes of it; shared subexpressions stay shared.
 */
export const substitute = (roots: readonly Expr[], f: (load: Load) => Expr): Expr[] =>
  rewrite(roots, (expr) => expr.kind === "load" ? f(expr) : expr);

/** Replaces every expression by what `f` makes of it, arguments first, each once. */
function rewrite(roots: readonly Expr[], f: (expr: Expr) => Expr): Expr[] {
  const done = new Map<Expr, Expr>();
  const visit = (expr: Expr): Expr => remember(done, expr, () => f(withParts(expr, visit)));
  return roots.map(visit);
}

/** The expression with those within it replaced. */
function withParts(expr: Expr, f: (expr: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "load":
    case "position":
      return { ...expr, at: mapIndex(expr.at, f) };
    case "call":
      return { ...expr, args: expr.args.map(f) };
    default:
      return expr;
  }
}

/** The index with the expressions in it rewritten. */
function mapIndex(index: Index, f: (expr: Expr) => Expr): Index {
  if (isStrided(index)) return index;
  return mapAtoms(index, (atom) => {
    if (atom.kind === "axis") return axisIndex(atom.axis, atom.size);
    if (atom.kind === "value") return valueIndex(f(atom.of), atom.size);
    return divide(mapIndex(atom.of, f), atom.by)[atom.kind];
  });
}

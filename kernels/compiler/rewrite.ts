/**
 * Rewriting formulas: making equal subexpressions one object, and replacing loads.
 *
 * @module
 */
import type { Expr, Index, Load } from "../formula.ts";
import {
  add,
  axisIndex,
  constantIndex,
  divide,
  isStrided,
  scale,
  valueIndex,
} from "../indexing.ts";

/** The same formulas, with equal subexpressions shared by reference. */
export function share(roots: readonly Expr[]): Expr[] {
  const ids = new Map<Expr, number>();
  const byKey = new Map<string, Expr>();
  const rewritten = new Map<Expr, Expr>();

  const idOf = (expr: Expr): number => {
    let id = ids.get(expr);
    if (id === undefined) ids.set(expr, id = ids.size);
    return id;
  };
  const unique = (key: string, expr: Expr): Expr => {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, expr);
    return known ?? expr;
  };
  const indexKey = (index: Index): string =>
    index.constant + index.terms.map(({ atom, scale }) => {
      const name = atom.kind === "axis"
        ? `a${atom.axis}`
        : atom.kind === "value"
        ? `v${idOf(atom.of)}`
        : `${atom.kind[0]}${atom.by}(${indexKey(atom.of)})`;
      return `+${scale}${name}`;
    }).sort().join("");

  function rewrite(expr: Expr): Expr {
    let done = rewritten.get(expr);
    if (done === undefined) rewritten.set(expr, done = rewriteOnce(expr));
    return done;
  }
  function rewriteOnce(expr: Expr): Expr {
    switch (expr.kind) {
      case "constant":
        return unique(`c${expr.dtype}${Object.is(expr.value, -0) ? "-0" : expr.value}`, expr);
      case "result":
        return unique("result", expr);
      case "position": {
        const at = mapIndex(expr.at, rewrite);
        return unique(`p${indexKey(at)}`, { ...expr, at });
      }
      case "load": {
        const at = mapIndex(expr.at, rewrite);
        return unique(`l${expr.buffer}:${indexKey(at)}`, { ...expr, at });
      }
      case "call": {
        const args = expr.args.map(rewrite);
        return unique(`${expr.op}${expr.dtype}(${args.map(idOf)})`, { ...expr, args });
      }
    }
  }
  return roots.map(rewrite);
}

/**
 * The formulas with every load replaced by what `f` makes of it; shared subexpressions stay shared.
 */
export function substitute(roots: readonly Expr[], f: (load: Load) => Expr): Expr[] {
  const done = new Map<Expr, Expr>();
  const rewrite = (expr: Expr): Expr => {
    let result = done.get(expr);
    if (result === undefined) done.set(expr, result = rewriteOnce(expr));
    return result;
  };
  const rewriteOnce = (expr: Expr): Expr => {
    switch (expr.kind) {
      case "load":
        return f({ ...expr, at: mapIndex(expr.at, rewrite) });
      case "position":
        return { ...expr, at: mapIndex(expr.at, rewrite) };
      case "call":
        return { ...expr, args: expr.args.map(rewrite) };
      default:
        return expr;
    }
  };
  return roots.map(rewrite);
}

/** The index with the expressions in it rewritten. */
function mapIndex(index: Index, f: (expr: Expr) => Expr): Index {
  if (isStrided(index)) return index;
  return add(
    constantIndex(index.constant),
    ...index.terms.map(({ atom, scale: s }) => {
      if (atom.kind === "axis") return scale(axisIndex(atom.axis, atom.size), s);
      if (atom.kind === "value") return scale(valueIndex(f(atom.of), atom.size), s);
      return scale(divide(mapIndex(atom.of, f), atom.by)[atom.kind], s);
    }),
  );
}

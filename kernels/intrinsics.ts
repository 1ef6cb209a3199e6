/**
 * The table of intrinsics. Devices, costs and tests read it: a new function needs its name in
 * `formula.ts`, a row here, and its formula in `numerics.ts`.
 *
 * @module
 */
import type { Expr, Intrinsic, ScalarOp } from "./formula.ts";
import * as numerics from "./numerics.ts";

/** An intrinsic. */
interface IntrinsicRow {
  /** The function of a float32 in terms of the other scalar operations. */
  readonly written: (x: Expr) => Expr;
  /** An expensive formula for rare arguments, which is computed only where there are any. */
  readonly rare?: (x: Expr) => { readonly when: Expr; readonly value: Expr };
  /** The function in float64, for the reference device. */
  readonly exact: (x: number) => number;
}

/** All intrinsics: devices, costs and tests read this table. */
export const INTRINSICS: Readonly<Record<Intrinsic, IntrinsicRow>> = {
  exp: { written: numerics.exp, exact: Math.exp },
  log: { written: numerics.log, exact: Math.log },
  log1p: { written: numerics.log1p, exact: Math.log1p },
  expm1: { written: numerics.expm1, exact: Math.expm1 },
  tanh: { written: numerics.tanh, exact: Math.tanh },
  sigmoid: {
    written: numerics.sigmoid,
    exact: (x) => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)),
  },
  softplus: {
    written: numerics.softplus,
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  },
  sin: {
    written: numerics.sin,
    rare: (x) => numerics.largeAngle(x, 0),
    exact: Math.sin,
  },
  cos: {
    written: numerics.cos,
    rare: (x) => numerics.largeAngle(x, 1),
    exact: Math.cos,
  },
  atan: { written: numerics.atan, exact: Math.atan },
  erf: { written: numerics.erf, exact: exactErf },
};

/**
 * erf x = 2/√π · e^(−x²) · Σ 2ⁿ·x²ⁿ⁺¹ / (1·3·…·(2n + 1)), whose terms have one sign. JavaScript has
 * no erf.
 */
function exactErf(x: number): number {
  if (!(Math.abs(x) < 6)) return Math.sign(x); // 1 − erf 6 is below 2⁻⁵³
  let term = x, total = 0;
  for (let n = 1; total + term !== total; n++) {
    total += term;
    term *= 2 * x * x / (2 * n + 1);
  }
  return x === 0 ? x : 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
}

/** Whether an operation is an intrinsic. */
export const isIntrinsic = (op: ScalarOp): op is Intrinsic => op in INTRINSICS;

/**
 * The intrinsics. A new function needs its name in `formula.ts`, a record and a row of the table
 * here, and its formula in `numerics.ts`.
 *
 * @module
 */
import type { Call, Intrinsic, IntrinsicFunction } from "./formula.ts";
import * as numerics from "./numerics.ts";

/** eˣ. */
export const exp: IntrinsicFunction = {
  name: "exp",
  written: numerics.exp,
  exact: Math.exp,
};
/** The natural logarithm. */
export const log: IntrinsicFunction = {
  name: "log",
  written: numerics.log,
  exact: Math.log,
};
/** log(1 + x). */
export const log1p: IntrinsicFunction = {
  name: "log1p",
  written: numerics.log1p,
  exact: Math.log1p,
};
/** eˣ − 1. */
export const expm1: IntrinsicFunction = {
  name: "expm1",
  written: numerics.expm1,
  exact: Math.expm1,
};
/** The hyperbolic tangent. */
export const tanh: IntrinsicFunction = {
  name: "tanh",
  written: numerics.tanh,
  exact: Math.tanh,
};
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: IntrinsicFunction = {
  name: "sigmoid",
  written: numerics.sigmoid,
  exact: (x) => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)),
};
/** log(1 + eˣ). */
export const softplus: IntrinsicFunction = {
  name: "softplus",
  written: numerics.softplus,
  exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};
/** The sine of x radians. */
export const sin: IntrinsicFunction = {
  name: "sin",
  written: numerics.sin,
  rare: (x) => numerics.largeAngle(x, 0),
  exact: Math.sin,
};
/** The cosine of x radians. */
export const cos: IntrinsicFunction = {
  name: "cos",
  written: numerics.cos,
  rare: (x) => numerics.largeAngle(x, 1),
  exact: Math.cos,
};
/** The arcus tangent, in radians. */
export const atan: IntrinsicFunction = {
  name: "atan",
  written: numerics.atan,
  exact: Math.atan,
};
/** The error function. */
export const erf: IntrinsicFunction = {
  name: "erf",
  written: numerics.erf,
  exact: exactErf,
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

/** All intrinsics, for what must have every one: tests, and devices that call them by name. */
export const INTRINSICS: Readonly<Record<Intrinsic, IntrinsicFunction>> = {
  exp,
  log,
  log1p,
  expm1,
  tanh,
  sigmoid,
  softplus,
  sin,
  cos,
  atan,
  erf,
};

/** Whether an operation is an intrinsic. */
export const isIntrinsic = (op: Call["op"]): op is Intrinsic => op in INTRINSICS;

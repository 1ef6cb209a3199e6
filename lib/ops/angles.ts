/**
 * Functions of angles, and hyperbolic ones.
 *
 * @module
 */
import * as intrinsics from "../../kernels/intrinsics.ts";
import * as s from "../../kernels/scalar.ts";
import type { Tensor } from "../tensor.ts";
import {
  add,
  type Binary,
  cos,
  div,
  elementwise,
  exp,
  expm1,
  mul,
  neg,
  sin,
  sqrt,
  sub,
} from "./elementwise.ts";
import { FLOATS } from "./primitive.ts";

/**
 * The angle in radians, from −π to π, of the point with the coordinates x and y: atan y/x where x
 * is positive. A negative zero counts as 0. The angle of (0, 0) is 0, without a gradient (NaN).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { atan2, tensor } from "@echograd/echograd";
 * const angle = atan2(tensor(1), tensor(-1)); // y = 1, x = −1
 * assertAlmostEquals(await angle.item(), 3 * Math.PI / 4, 1e-6);
 * ```
 */
export const atan2: Binary = /* @__PURE__ */ elementwise("atan2", FLOATS, (y, x) => {
  // atan of the smaller by the larger, which is at most 1, and then by octants.
  const [up, right] = [s.abs(y), s.abs(x)];
  const isSteep = s.less(right, up);
  const ratio = s.div(s.min(up, right), s.max(up, right));
  const one = s.select(s.equal(up, s.constant(0)), up, s.constant(1)); // instead of 0/0 and ∞/∞
  const octant = s.intrinsic(intrinsics.atan)(s.select(s.equal(up, right), one, ratio));
  const quadrant = s.select(isSteep, s.sub(s.constant(Math.PI / 2), octant), octant);
  const half = s.select(s.less(x, s.constant(0)), s.sub(s.constant(Math.PI), quadrant), quadrant);
  return s.select(s.less(y, s.constant(0)), s.neg(half), half);
}, (dy, _, y, x) => {
  const slope = div(dy, add(mul(x, x), mul(y, y)));
  return [mul(slope, x), neg(mul(slope, y))];
});

/**
 * The tangent of x radians.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { tan, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await tan(tensor(1)).item(), Math.tan(1), 1e-6);
 * ```
 */
export const tan = (x: Tensor): Tensor => div(sin(x), cos(x));

/** √(1 − x²), without the loss of digits of 1 − x² near 1. */
const other = (x: Tensor): Tensor => sqrt(mul(sub(1, x), add(1, x)));

/**
 * The angle in radians, from −π/2 to π/2, whose sine is x; NaN beyond ±1. The gradient is infinite
 * at ±1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { asin, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await asin(tensor(0.5)).item(), Math.PI / 6, 1e-6);
 * ```
 */
export const asin = (x: Tensor): Tensor => atan2(x, other(x));

/**
 * The angle in radians, from 0 to π, whose cosine is x; NaN beyond ±1. The gradient is infinite at
 * ±1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { acos, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await acos(tensor(0.5)).item(), Math.PI / 3, 1e-6);
 * ```
 */
export const acos = (x: Tensor): Tensor => atan2(other(x), x);

/**
 * The hyperbolic sine, accurate near 0. It is infinite from |x| = 88.8 on.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { sinh, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await sinh(tensor(1)).item(), Math.sinh(1), 1e-6);
 * ```
 */
export const sinh = (x: Tensor): Tensor => mul(0.5, sub(expm1(x), expm1(neg(x))));

/**
 * The hyperbolic cosine. It is infinite from |x| = 88.8 on.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cosh, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await cosh(tensor(1)).item(), Math.cosh(1), 1e-6);
 * ```
 */
export const cosh = (x: Tensor): Tensor => mul(0.5, add(exp(x), exp(neg(x))));

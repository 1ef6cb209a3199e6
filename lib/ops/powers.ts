/**
 * Powers, and the ones that have names.
 *
 * @module
 */
import * as intrinsics from "../../kernels/intrinsics.ts";
import * as s from "../../kernels/scalar.ts";
import { full } from "../create.ts";
import {
  and,
  type Binary,
  div,
  elementwise,
  equal,
  log,
  mul,
  sqrt,
  sub,
  type Unary,
  where,
} from "./elementwise.ts";
import { composed, FLOATS, NUMBERS } from "./primitive.ts";

/**
 * x².
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { square, tensor } from "@echograd/echograd";
 * assertEquals(await square(tensor(-3)).item(), 9);
 * ```
 */
export const square: Unary = /* @__PURE__ */ composed("square", NUMBERS, (x) => mul(x, x));

/**
 * 1 / x.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reciprocal, tensor } from "@echograd/echograd";
 * assertEquals(await reciprocal(tensor(4)).item(), 0.25);
 * ```
 */
export const reciprocal: Unary = /* @__PURE__ */ composed("reciprocal", FLOATS, (x) => div(1, x));

/**
 * 1 / √x.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rsqrt, tensor } from "@echograd/echograd";
 * assertEquals(await rsqrt(tensor(16)).item(), 0.25);
 * ```
 */
export const rsqrt: Unary = /* @__PURE__ */ composed("rsqrt", FLOATS, (x) => div(1, sqrt(x)));

/** aᵇ as e^(b·log |a|), with the sign of a where b is odd. */
const power: Binary = /* @__PURE__ */ elementwise("pow", FLOATS, (a, b) => {
  const size = s.abs(a), half = s.mul(b, s.constant(0.5));
  const ofWhole = s.select(s.equal(s.floor(half), half), s.constant(1), s.constant(-1));
  const ofOthers = s.select(s.equal(size, s.constant(Infinity)), s.constant(1), s.constant(NaN));
  const sign = s.select(s.equal(s.floor(b), b), ofWhole, ofOthers);
  const y = s.intrinsic(intrinsics.exp)(s.mul(b, s.intrinsic(intrinsics.log)(size)));
  const signed = s.select(s.less(a, s.constant(0)), s.mul(y, sign), y);
  const isOne = s.or(s.equal(b, s.constant(0)), s.equal(a, s.constant(1)));
  return s.select(isOne, s.constant(1), signed);
}, (dy, y, a, b) => {
  // 0·0⁻¹ would be NaN: there the slope of a⁰ is 0.
  const isConstant = and(equal(a, 0), equal(b, 0));
  const slope = mul(b, power(a, where(isConstant, 1, sub(b, 1))));
  return [mul(dy, slope), mul(dy, mul(y, log(where(equal(a, 0), 1, a))))];
});

/**
 * aᵇ. Whole numbers b from −64 to 64 multiply, which is exact to about |b| units in the last place,
 * and from 0 on they take integers, too. Any other exponent is off by about |b·log a| + 2 units.
 *
 * As in NumPy a⁰ and 1ᵇ are 1, and a finite negative number has powers only for whole b. The
 * gradients are right at 0: that of x⁰ is 0, of x¹ 1, of x² 0. With respect to b it is 0 where a is
 * 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { grad, pow, sum, type Tensor, tensor } from "@echograd/echograd";
 * const x = tensor([-2, 0, 3]);
 * assertEquals([...await pow(x, 2).read()], [4, 0, 9]);
 * assertEquals([...await grad((x: Tensor) => sum(pow(x, 2)))(x).read()], [-4, 0, 6]);
 * ```
 */
export const pow: Binary = /* @__PURE__ */ composed("pow", NUMBERS, (a, b) => {
  if (typeof a === "number" || typeof b !== "number") return power(a, b);
  const isWhole = Number.isInteger(b) && Math.abs(b) <= 64;
  if (a.dtype !== "float32" && !(isWhole && b >= 0)) {
    const rule = 'its exponents are the integers from 0 to 64; cast(x, "float32") takes others';
    throw new TypeError(`Cannot pow a tensor of ${a.dtype} by ${b}: ${rule}`);
  }
  if (!isWhole) return power(a, b);
  if (b < 0) return div(1, pow(a, -b));
  if (b === 0) return full(a.shape, 1, a.dtype);
  const half = b === 1 ? a : pow(mul(a, a), b >> 1);
  return b > 1 && b % 2 === 1 ? mul(a, half) : half;
});

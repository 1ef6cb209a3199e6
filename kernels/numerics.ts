/**
 * The intrinsics, written out in arithmetic and bits; `intrinsics.ts` has the table.
 *
 * No two machines agree on exp or tanh, and WebAssembly has neither. Here each intrinsic is a
 * formula in the rest of the scalar language, so that all devices give the same digits. Every
 * function takes three steps: *reduce* the argument to a short interval around 0 by an identity,
 * evaluate a *polynomial* there, and *restore* by shifting exponents.
 *
 * Largest errors against float64 in units in the last place (ulp), over 4 million arguments spread
 * evenly over all bit patterns and 4 million over those of 10⁻⁴ … 100 with either sign:
 *
 * | exp  | log  | log1p | expm1 | tanh | sigmoid | softplus | sin  | cos  | atan | erf  |
 * |------|------|-------|-------|------|---------|----------|------|------|------|------|
 * | 0.90 | 0.81 | 0.82  | 1.57  | 1.41 | 2.00    | 1.62     | 1.54 | 1.72 | 1.74 | 1.42 |
 *
 * These hold where +, −, ×, ÷ are correctly rounded and subnormal numbers are kept (WebAssembly). A
 * GPU may round divisions to 2.5 ulp and may flush subnormal numbers to zero. NaN gives NaN;
 * results too large give ±Infinity. Comparisons with NaN are not relied on: where NaN must survive,
 * it does so by arithmetic or by its bits.
 *
 * The coefficients are those of Cephes (S. Moshier, netlib.org/cephes), near-minimax polynomials
 * for float32; those of atan and erf are fitted to float64 in the same way.
 *
 * @module
 */
import type { Expr } from "./formula.ts";
import { reduceLarge } from "./large_angles.ts";
import {
  abs,
  add,
  and,
  bitcast,
  constant,
  convert,
  div,
  equal,
  less,
  lessEqual,
  max,
  min,
  mul,
  neg,
  round,
  select,
  shiftLeft,
  shiftRight,
  sub,
} from "./scalar.ts";

const real = (value: number): Expr => constant(value, "float32");
const int = (value: number): Expr => constant(value, "int32");
const ONE = real(1);

/**
 * Σ cᵢ·xⁱ, the highest power first. Four terms at a time by Estrin's scheme, pairs c₁·x + c₀ and
 * pairs of pairs with x², and those by Horner's rule in x⁴. Horner's rule alone has fewer
 * operations, but each waits for the one before it; Estrin's alone needs x⁸, which for small x is
 * subnormal, and then a processor takes many times as long.
 */
function polynomial(x: Expr, ...coefficients: readonly number[]): Expr {
  const square = mul(x, x);
  const pairs = (terms: readonly Expr[], by: Expr): Expr[] =>
    terms.filter((_, i) => i % 2 === 0)
      .map((low, i) => 2 * i + 1 < terms.length ? add(mul(terms[2 * i + 1], by), low) : low);
  const fours = pairs(pairs(coefficients.map(real).reverse(), x), square);
  return fours.reduceRight((high, low) => add(mul(high, mul(square, square)), low));
}

/** 2ⁿ for −126 ≤ n ≤ 127: the float whose biased exponent is n + 127 and whose mantissa is zero. */
const powerOfTwo = (n: Expr): Expr => bitcast(shiftLeft(add(n, int(127)), int(23)), "float32");

/**
 * y · 2ⁿ for −252 ≤ n ≤ 254, in two factors: 2ⁿ itself may not be a float where the product is one.
 */
function scaleByPowerOfTwo(y: Expr, n: Expr): Expr {
  const half = shiftRight(n, int(1));
  return mul(mul(y, powerOfTwo(half)), powerOfTwo(sub(n, half)));
}

/** ln 2 in two parts. The first has 9 bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.693359375, LN2_LOW = -2.12194440e-4;

/**
 * x = n·ln 2 + r with |r| ≤ ½ ln 2, and eʳ − 1 = r + r²·P(r). The product n·ln 2 is subtracted in
 * two parts, so that almost nothing is lost where x is close to it (Cody and Waite): `high` is
 * exact, and the small `low` joins the small r²·P.
 */
function splitExponent(x: Expr): { n: Expr; expm1OfRest: Expr } {
  const n = round(mul(x, real(Math.LOG2E)));
  const high = sub(x, mul(n, real(LN2_HIGH)));
  const low = mul(n, real(LN2_LOW));
  const r = sub(high, low);
  const p = polynomial(
    r,
    1.9875691500e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
  );
  return { n: convert(n, "int32"), expm1OfRest: add(high, sub(mul(mul(r, r), p), low)) };
}

/** eˣ = 2ⁿ·eʳ. Beyond the clamp the result is 0 or Infinity in any case. */
export function exp(x: Expr): Expr {
  const { n, expm1OfRest } = splitExponent(min(max(x, real(-104)), real(89)));
  return scaleByPowerOfTwo(add(ONE, expm1OfRest), n);
}

/**
 * eˣ − 1 = 2ⁿ·((eʳ − 1) + (1 − 2⁻ⁿ)): nothing cancels, since |eʳ − 1| < 0.42 while |1 − 2⁻ⁿ| ≥ ½
 * unless n is 0. Below the clamp the result is −1. Near 0 it is x, with its sign.
 */
export function expm1(x: Expr): Expr {
  const { n, expm1OfRest } = splitExponent(min(max(x, real(-30)), real(89)));
  const rest = sub(ONE, powerOfTwo(neg(min(n, int(64))))); // 1 − 2⁻⁶⁴ is 1
  return select(nearZero(x), x, scaleByPowerOfTwo(add(expm1OfRest, rest), n));
}

/** |x| < 2⁻²⁵, where f(x) = x + O(x²) is x to within half an ulp. */
const nearZero = (x: Expr): Expr => less(abs(x), real(2 ** -25));

/**
 * For normal u > 0: u = 2ⁿ·(1 + f) with √½ ≤ 1 + f < √2. Counting exponents from the bits of √½
 * does both at once: they step up where the mantissa passes √2, not 2.
 */
function splitMantissa(u: Expr): { n: Expr; f: Expr } {
  const bits = bitcast(u, "int32");
  const n = shiftRight(sub(bits, int(0x3f3504f3)), int(23));
  const f = sub(bitcast(sub(bits, shiftLeft(n, int(23))), "float32"), ONE);
  return { n: convert(n, "float32"), f };
}

/**
 * log(2ⁿ·(1 + f)) + correction = n·ln 2 + f − f²/2 + f³·P(f) + correction, the small terms first.
 * Near 0 the powers of f add nothing to it, but might be subnormal: they are left out.
 */
function logOfSplit(n: Expr, f: Expr, correction: Expr): Expr {
  const base = select(nearZero(f), real(0), f);
  const square = mul(base, base);
  const p = polynomial(
    base,
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
  );
  const cubic = add(mul(mul(base, square), p), add(mul(n, real(LN2_LOW)), correction));
  return add(add(f, sub(cubic, mul(real(0.5), square))), mul(n, real(LN2_HIGH)));
}

/**
 * The `value` where 0 < u < ∞; −Infinity where u is 0; NaN where it is negative; u itself if
 * Infinity or NaN. As integers, the bits of floats are ordered like the floats, Infinity above all
 * numbers and NaN above Infinity.
 */
function withLogLimits(u: Expr, value: Expr): Expr {
  const bits = bitcast(u, "int32");
  const infinity = int(0x7f800000);
  const isZero = equal(and(bits, int(0x7fffffff)), int(0));
  return select(
    and(less(int(0), bits), less(bits, infinity)),
    value,
    select(isZero, real(-Infinity), select(lessEqual(infinity, bits), u, real(NaN))),
  );
}

/** log x = n·ln 2 + log(1 + f); subnormal x are taken 2²³ times. */
export function log(x: Expr): Expr {
  const isSubnormal = less(x, real(2 ** -126));
  const { n, f } = splitMantissa(select(isSubnormal, mul(x, real(2 ** 23)), x));
  const exponent = sub(n, select(isSubnormal, real(23), real(0)));
  return withLogLimits(x, logOfSplit(exponent, f, real(0)));
}

/**
 * Where 1 + x lies between √½ and √2 take f = x. Elsewhere take log u of the rounded u = 1 + x, and
 * make good for what rounding lost, d = x − (u − 1): log(u + d) = log u + d/u to first order.
 */
export function log1p(x: Expr): Expr {
  const u = add(ONE, x);
  const isSmall = and(less(real(Math.SQRT1_2 - 1), x), less(x, real(Math.SQRT2 - 1)));
  const split = splitMantissa(u);
  const n = select(isSmall, real(0), split.n);
  const f = select(isSmall, x, split.f);
  const correction = select(isSmall, real(0), div(sub(x, sub(u, ONE)), u));
  return select(nearZero(x), x, withLogLimits(u, logOfSplit(n, f, correction)));
}

/**
 * For a = |x| near 0, tanh a = a + a³·P(a²); elsewhere tanh a = 1 − 2e/(1 + e) with e = e^(−2a),
 * which cannot overflow. Then the sign of x is put back.
 */
export function tanh(x: Expr): Expr {
  const a = abs(x);
  const z = mul(a, a);
  const p = polynomial(
    z,
    -5.70498872745e-3,
    2.06390887954e-2,
    -5.37397155531e-2,
    1.33314422036e-1,
    -3.33332819422e-1,
  );
  const e = exp(mul(real(-2), a));
  const far = sub(ONE, div(add(e, e), add(ONE, e)));
  return withSignOf(x, select(less(a, real(0.625)), add(a, mul(mul(a, z), p)), far));
}

/** The magnitude with the sign of x, also of a zero. */
const withSignOf = (x: Expr, magnitude: Expr): Expr =>
  select(less(bitcast(x, "int32"), int(0)), neg(magnitude), magnitude);

/** atan a = a + a³·P(a²) for a = |x| up to 1, and π/2 − atan 1/a beyond; then the sign of x. */
export function atan(x: Expr): Expr {
  const a = abs(x);
  const isFar = less(ONE, a);
  const t = select(isFar, div(ONE, a), a);
  const z = mul(t, t);
  const p = polynomial(
    z,
    -1.793617756e-3,
    1.091458881e-2,
    -3.117781573e-2,
    5.795756482e-2,
    -8.403448740e-2,
    1.095218526e-1,
    -1.426424159e-1,
    1.999854828e-1,
    -3.333329909e-1,
  );
  const near = add(t, mul(mul(t, z), p));
  return withSignOf(x, select(isFar, sub(real(Math.PI / 2), near), near));
}

/**
 * For a = |x| below 0.95, erf a = a + a·P(a²); elsewhere erf a = 1 − e^Q(a), where Q is the
 * logarithm of 1 − erf. From 4 on that is 1. Then the sign of x is put back.
 */
export function erf(x: Expr): Expr {
  const a = abs(x);
  const b = min(a, real(4));
  const p = polynomial(
    mul(b, b),
    8.18509369e-5,
    -8.09770364e-4,
    5.19695213e-3,
    -2.68577051e-2,
    1.12836640e-1,
    -3.76126316e-1,
    1.28379166e-1,
  );
  const q = polynomial(
    b,
    1.92425317e-4,
    -3.00853042e-3,
    2.20876161e-2,
    -1.03640274e-1,
    -6.37517063e-1,
    -1.12747496,
    -2.44720366e-4,
  );
  return withSignOf(x, select(less(a, real(0.95)), add(a, mul(a, p)), sub(ONE, exp(q))));
}

/**
 * With e⁻ˣ = 2ⁿ·eʳ, 1/(1 + e⁻ˣ) = 2⁻ⁿ/(1 + ((eʳ − 1) + 2⁻ⁿ)): the exponential itself, and its
 * rounding, never appear. Beyond the clamp the result is 1 or 0.
 */
export function sigmoid(x: Expr): Expr {
  const { n, expm1OfRest } = splitExponent(min(max(neg(x), real(-30)), real(104)));
  const denominator = add(ONE, add(expm1OfRest, powerOfTwo(neg(min(n, int(64))))));
  return scaleByPowerOfTwo(div(ONE, denominator), neg(n));
}

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + u) with u = e^(−|x|) in 0 … 1. Where 1 + u is beyond √2 it is
 * 2·(1 + f) with f = (u − 1)/2, elsewhere f = u: so nothing is rounded that log would have to make
 * good for, and there is no division. NaN survives in u.
 */
export function softplus(x: Expr): Expr {
  const u = exp(neg(abs(x)));
  const isLarge = less(real(Math.SQRT2 - 1), u);
  const f = select(isLarge, mul(sub(u, ONE), real(0.5)), u);
  const n = select(isLarge, ONE, real(0));
  return add(select(less(real(0), x), x, real(0)), logOfSplit(n, f, real(0)));
}

/** sin x for |x| ≤ 8192; near 0 it is x − x³/6 …, and keeps the sign of a zero. */
export const sin = (x: Expr): Expr => select(less(abs(x), real(2 ** -12)), x, quarterTurns(x, 0));

/** cos x for |x| ≤ 8192. */
export const cos = (x: Expr): Expr => quarterTurns(x, 1);

/**
 * π/2 in four parts, three of 11 bits, so that their products with quarter turns below 2¹³ are
 * exact.
 */
const QUARTER_TURN: readonly number[] = [
  1.5703125,
  4.837512969970703125e-4,
  7.54953362047672271728515625e-8,
  2.563344151594519e-12,
];

/**
 * sin(x + turns·π/2) for |x| ≤ 8192, where the reduction to x = n·π/2 + r is exact. The clamp keeps
 * the powers of r from overflowing beyond.
 */
function quarterTurns(x: Expr, turns: number): Expr {
  const n = round(mul(x, real(2 / Math.PI)));
  const rest = QUARTER_TURN.reduce((r, part) => sub(r, mul(n, real(part))), x);
  return ofQuarterTurns(convert(n, "int32"), min(max(rest, real(-0.8)), real(0.8)), turns);
}

/**
 * sin(r + (n + turns)·π/2) for |r| ≤ π/4: sin r or cos r, by turns, with either sign; (n + turns)
 * mod 4 says which.
 */
function ofQuarterTurns(n: Expr, r: Expr, turns: number): Expr {
  const z = mul(r, r);
  const p = polynomial(z, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
  const q = polynomial(z, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
  const sine = add(r, mul(mul(r, z), p));
  const cosine = add(sub(ONE, mul(real(0.5), z)), mul(mul(z, z), q));
  const quadrant = add(n, int(turns));
  const bit = (mask: number) => equal(and(quadrant, int(mask)), int(mask));
  const value = select(bit(1), cosine, sine);
  return select(bit(2), neg(value), value);
}

/** sin(x + turns·π/2) for 8192 < |x|. Infinity gives NaN. */
export function largeAngle(x: Expr, turns: number): { when: Expr; value: Expr } {
  // As integers, the bits of floats without their signs are ordered like the floats.
  const magnitude = and(bitcast(x, "int32"), int(0x7fffffff));
  const large = reduceLarge(x);
  const value = ofQuarterTurns(large.turns, large.rest, turns);
  return {
    when: less(int(0x46000000), magnitude), // the bits of 8192
    value: select(less(magnitude, int(0x7f800000)), value, real(NaN)),
  };
}

/**
 * Angles of any size, brought to within an eighth of a turn: the reduction of Payne and Hanek
 * (1983).
 *
 * x·2/π is x in quarter turns. Only its rest modulo 4 matters, since four quarter turns are one
 * turn. A float32 is an integer times a power of two, so the first digits of 2/π give only
 * multiples of 4 and are left out. The next 96 digits suffice: no float32 is so close to a multiple
 * of π/2 that more than 31 digits of the fraction are zero.
 *
 * Worked example: x = 12,288 is 7822.784 quarter turns, 2.784 without the multiples of 4: 3 of them
 * and −0.216 of one.
 *
 * @module
 */
import type { Expr } from "./formula.ts";
import {
  add,
  and,
  bitcast,
  constant,
  convert,
  equal,
  less,
  mul,
  neg,
  or,
  select,
  shiftLeft,
  shiftRight,
  sub,
  xor,
} from "./scalar.ts";

/** The binary digits of 2/π · 2⁻¹² behind the point, in words of 32. */
const DIGITS: readonly number[] = [
  ...[0x000a2f98, 0x36e4e441, 0x529fc275, 0x7d1f534d],
  ...[0xdc0db629, 0x5993c439, 0x041fe516, 0x3abdebbc],
];

const word = (value: number): Expr => constant(value, "uint32");
const real = (value: number): Expr => constant(value, "float32");

/** Words shifted left by `bits`. The last word is left out, since its lower bits are unknown. */
function moved(words: readonly Expr[], bits: number): Expr[] {
  if (bits >= 32) return words.slice(bits / 32);
  return words.slice(1).map((next, i) =>
    or(shiftLeft(words[i], word(bits)), shiftRight(next, word(32 - bits)))
  );
}

/** The upper word of m·w, by halves of 16 bits; m is below 2³¹. */
function upperProduct(m: Expr, w: Expr): Expr {
  const low = (x: Expr) => and(x, word(0xffff));
  const high = (x: Expr) => shiftRight(x, word(16));
  const middle = add(mul(high(m), low(w)), high(mul(low(m), low(w))));
  const other = add(mul(low(m), high(w)), low(middle));
  return add(mul(high(m), high(w)), add(high(middle), high(other)));
}

/**
 * x = turns·π/2 + rest for 8192 ≤ |x| < ∞: turns modulo 4 as an int32, and |rest| ≤ π/4 to the last
 * digit or so.
 */
export function reduceLarge(x: Expr): { turns: Expr; rest: Expr } {
  const bits = bitcast(x, "uint32");
  const i = sub(and(shiftRight(bits, word(23)), word(0xff)), word(127 + 13));
  // |x| = m·2^(8k − 10) with i = 8k + s and m = 2^s times the integer of 24 bits, which a float of
  // exponent 23 + s is.
  const exponent = shiftLeft(add(and(i, word(7)), word(127 + 23)), word(23));
  const scaled = bitcast(or(and(bits, word(0x7fffff)), exponent), "float32");
  const m = convert(convert(scaled, "int32"), "uint32");
  // The digits from number 8k on, moved there by the binary digits of k.
  const [a, b, c] = [64, 32, 16, 8].reduce(
    (words, by) =>
      moved(words, by).map((w, j) => select(equal(and(i, word(by)), word(by)), w, words[j])),
    DIGITS.map(word),
  );
  // Quarter turns modulo 4: two digits before the point, and 62 behind it.
  const lower = mul(m, b);
  const second = add(lower, upperProduct(m, c));
  const carry = convert(less(second, lower), "uint32");
  const first = add(add(mul(m, a), upperProduct(m, b)), carry);
  const turns = shiftRight(add(first, word(2 ** 29)), word(30));
  const over = sub(first, shiftLeft(turns, word(30))); // negative where it was rounded up
  const sign = convert(shiftRight(convert(over, "int32"), constant(31, "int32")), "uint32");
  const rest = timesQuarterTurn(xor(over, sign), xor(second, sign));
  const isNegative = xor(and(bits, word(2 ** 31)), and(sign, word(2 ** 31)));
  const whole = convert(turns, "int32");
  return {
    turns: select(less(convert(bits, "int32"), constant(0, "int32")), neg(whole), whole),
    rest: bitcast(xor(bitcast(rest, "uint32"), isNegative), "float32"),
  };
}

/**
 * π/2 times a fraction below ½ of 62 binary digits, 30 of them in its first word. The 14 upper
 * digits times the 8 of 201/128 are exact, and so is each of the three parts as a float: where the
 * upper ones are zero, no digit is lost.
 */
function timesQuarterTurn(first: Expr, second: Expr): Expr {
  const part = (digits: Expr) => convert(convert(digits, "int32"), "float32");
  const upper = part(shiftRight(first, word(15)));
  const middle = part(
    or(shiftLeft(and(first, word(0x7fff)), word(9)), shiftRight(second, word(23))),
  );
  const low = part(and(second, word(0x7fffff)));
  const quarter = Math.fround(Math.PI / 2);
  const times = (x: Expr, factor: number, exponent: number) => mul(x, real(factor * 2 ** exponent));
  const small = add(times(middle, Math.PI / 2 - quarter, -39), times(low, quarter, -62));
  const rest = add(times(middle, quarter, -39), small);
  const main = 201 / 128;
  return add(times(upper, main, -15), add(times(upper, Math.PI / 2 - main, -15), rest));
}

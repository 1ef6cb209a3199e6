/**
 * Random draws that are independent of the library under test.
 *
 * @module
 */

/** Each call returns a number that is uniform on (0, 1). */
export type Random = () => number;

/** Marsaglia's xorshift128 ("Xorshift RNGs", 2003). Each number takes 52 bits from two words. */
export function generator(seed: number): Random {
  let a = seed, b = 0x3c6ef372, c = 0x1b873593, d = 0x2545f491;
  const word = () => {
    const t = a ^ (a << 11);
    [a, b, c] = [b, c, d];
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
    return d >>> 0;
  };
  // The seed fills only one of four words; these rounds spread it over all.
  for (let i = 0; i < 64; i++) word();
  return () => ((word() >>> 6) * 2 ** 26 + (word() >>> 6) + 0.5) * 2 ** -52;
}

/** N(0, 1) by the Box–Muller transform. */
export const normalDraw = (random: Random): number =>
  Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** A vector of independent draws from N(0, 1). */
export const normalDraws = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => normalDraw(random));

/** The standard Cauchy distribution. */
export const cauchyDraw = (random: Random): number => Math.tan(Math.PI * (random() - 0.5));

/** Gamma of shape a and scale 1 by rejection (Marsaglia and Tsang, "A simple method…", 2000). */
export function gammaDraw(random: Random, a: number): number {
  if (a < 1) return gammaDraw(random, a + 1) * random() ** (1 / a);
  const d = a - 1 / 3;
  for (;;) {
    const x = normalDraw(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(random()) < x * x / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** An index drawn with the given probabilities. */
export function categoryDraw(random: Random, p: readonly number[]): number {
  let rest = random();
  const k = p.findIndex((share) => (rest -= share) < 0);
  return k < 0 ? p.length - 1 : k;
}

/**
 * A channel without a closed form, by quadrature: X ~ N(0, 1), f = tanh(x), S = .1 + .7·σ(x).
 *
 * Its noise of d echoes is E_d = Σ_{l<d} (Π_{l'<l} S_l')·f_l. As E_{d+1} = f(X) + S(X)·E_d, each
 * distribution function follows from the one before: F_{d+1}(y) = E F_d((y − f(X))/S(X)), starting
 * from F_1(y) = Φ(atanh y). A code with d echoes has the law of E_{d+1}, so its information is
 * I_d = −E log S + h(E_{d+1}) − h(E_d).
 *
 * @module
 */
import { normalCdf } from "../statistics/distributions.ts";
import { normalDraw } from "../statistics/generator.ts";
import type { Encode } from "./channels.ts";
import { Law } from "./law.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const scale = (x: number): number => 0.1 + 0.7 * sigmoid(x);

/** Draws an x and encodes it. */
export const encode: Encode = (random) => {
  const x = normalDraw(random);
  return { x, mean: [Math.tanh(x)], logScale: [Math.log(scale(x))] };
};

/** The encoding of an x, and the probability of that x. */
interface Point {
  readonly f: number;
  readonly s: number;
  readonly p: number;
}

/** Points of X for the trapezoidal rule, which converges very fast for a normal density. */
function population(step: number): Point[] {
  const count = Math.ceil(6.25 / step);
  return Array.from({ length: 2 * count + 1 }, (_, i) => {
    const x = (i - count) * step;
    return {
      f: Math.tanh(x),
      s: scale(x),
      p: Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * step,
    };
  });
}

const points = population(1 / 64);

/** −E log S(X), the rate, in nats. */
export const rate: number = -points.reduce((sum, { s, p }) => sum + p * Math.log(s), 0);

/** The law of f(X) + S(X)·E, where E has the given law and is independent of X. */
export function through(law: Law, of: readonly Point[] = points): Law {
  const sums = new Float64Array(law.cells + 1);
  for (const point of of) law.addTo(sums, point);
  return new Law(sums);
}

const firstLaw = (cells: number): Law =>
  Law.of((y) => normalCdf(Math.atanh(Math.min(1, Math.max(-1, y)))), cells);

/** The laws computed so far: each needs the one before it. */
const known: Law[] = [];

/** The laws of E_1 … E_n in cells of width 1/512. */
export function laws(n: number): Law[] {
  if (known.length === 0) known.push(firstLaw(5120));
  while (known.length < n) known.push(through(known[known.length - 1]));
  return known.slice(0, n);
}

/**
 * A coarse grid with a law for each x, and its number of echoes: a product of 10 scales is .0002.
 */
const COARSE = { step: 1 / 4, cells: 640, depth: 10 };

/**
 * The information minus the rate if the d echoes are drawn without replacement from a batch that
 * includes the example itself: I(X;Z) + E log S = h(Z) − E h(ε|X) in nats, to about .001, for
 * batches of at least 4.
 *
 * Given x, the noise is a mixture: each echo l = 0 … d − 1 is the example itself with probability
 * 1/batch, and the echoes after it are other examples.
 */
export function excessOfSelf(batch: number, d: number): number {
  const of = population(COARSE.step), { cells } = COARSE;
  const depth = Math.min(d, COARSE.depth);
  const nothing = Law.of((y) => Number(y >= 0), cells);
  const others = [nothing, firstLaw(cells)];
  while (others.length <= depth) others.push(through(others[others.length - 1], of));
  const noiseOf = (echoes: number) => others[Math.min(echoes, depth)];

  const noises = of.map(({ f, s }) => {
    // From the innermost echo outwards: each further echo maps a mixture to a mixture.
    let mixture = noiseOf(d - depth).at.map((v) => v * (1 - depth / batch));
    for (let l = depth - 1; l >= 0; l--) {
      const self = Law.of((y) => noiseOf(d - 1 - l).cdf((y - f) / s), cells);
      const after = through(new Law(mixture), of).at;
      mixture = after.map((v, i) => v + self.at[i] / batch);
    }
    return new Law(mixture);
  });
  const code = new Float64Array(cells + 1);
  of.forEach((point, i) => noises[i].addTo(code, point));
  return new Law(code).entropy() - of.reduce((sum, { p }, i) => sum + p * noises[i].entropy(), 0);
}

/**
 * The laws of the truncated noise E_d = Σ_{l<d} (Π_{l'<l} S_l')·f_l of one channel without a closed form, by quadrature:
 * X ~ N(0, 1), f = tanh(x), S = .1 + .7·σ(x).
 *
 * As E_{d+1} = f(X) + S(X)·E_d, their distribution functions follow from each other, F_{d+1}(y) = E F_d((y − f(X))/S(X)),
 * and F_1(y) = Φ(atanh y). With them the truncation identity is a number: the code of d echoes has the law of E_{d+1}, so
 * I_d = −E log S + h(E_{d+1}) − h(E_d).
 *
 * @module
 */
import { normalCdf } from "../statistics/distributions.ts";
import { normalDraw } from "../statistics/generator.ts";
import type { Encode } from "./channels.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const scale = (x: number): number => 0.1 + 0.7 * sigmoid(x);

/** Draws an x and encodes it. */
export const encode: Encode = (random) => {
  const x = normalDraw(random);
  return { x, mean: [Math.tanh(x)], logScale: [Math.log(scale(x))] };
};

/** |E_d| < 1/(1 − .8), which the grid covers in cells of 1/512. */
const BOUND = 5, CELLS = 5120;

/** A distribution on (−5, 5), given by its distribution function at the ends of the cells. */
export class Law {
  constructor(readonly at: Float64Array) {}

  /** The distribution function. */
  cdf(y: number): number {
    const place = cellsBelow(y);
    const cell = Math.min(CELLS - 1, Math.max(0, Math.floor(place)));
    const share = Math.min(1, Math.max(0, place - cell));
    return this.at[cell] + share * (this.at[cell + 1] - this.at[cell]);
  }

  /** The logarithm of the density. */
  logDensity(y: number): number {
    const cell = Math.floor(cellsBelow(y));
    return Math.log((this.at[cell + 1] - this.at[cell]) * CELLS / (2 * BOUND));
  }

  /** The entropy in nats. */
  entropy(): number {
    let total = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const mass = this.at[cell + 1] - this.at[cell];
      if (mass > 0) total -= mass * Math.log(mass * CELLS / (2 * BOUND));
    }
    return total;
  }
}

const cellsBelow = (y: number): number => (y + BOUND) * CELLS / (2 * BOUND);

const tabulate = (cdf: (y: number) => number): Law =>
  new Law(Float64Array.from({ length: CELLS + 1 }, (_, i) => cdf(i * 2 * BOUND / CELLS - BOUND)));

/** Points of X in steps of 1/64 with their probabilities: the trapezoidal rule, which is very good for a normal density. */
const population = Array.from({ length: 801 }, (_, i) => {
  const x = (i - 400) / 64;
  return { x, p: Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) / 64 };
});

/** −E log S(X), the rate, in nats. */
export const rate: number = -population.reduce((sum, { x, p }) => sum + p * Math.log(scale(x)), 0);

/** The laws of E_1 … E_n. */
export function laws(n: number): Law[] {
  const points = population.map(({ x, p }) => ({ f: Math.tanh(x), s: scale(x), p }));
  const all = [tabulate((y) => normalCdf(Math.atanh(Math.min(1, Math.max(-1, y)))))];
  while (all.length < n) {
    const last = all[all.length - 1];
    all.push(
      tabulate((y) => points.reduce((sum, { f, s, p }) => sum + p * last.cdf((y - f) / s), 0)),
    );
  }
  return all;
}

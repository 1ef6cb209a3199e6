/**
 * What many draws come to, beside what they should.
 *
 * @module
 */
import type { Cdf } from "./distributions.ts";

/**
 * The statistic of Kolmogorov and Smirnov: the largest gap between the share of the draws up to a point, and the
 * probability of that under a distribution.
 */
export function kolmogorovSmirnov(draws: ArrayLike<number>, cdf: Cdf): number {
  const ascending = Float64Array.from(draws).sort();
  const n = ascending.length;
  let gap = 0;
  ascending.forEach((x, i) => {
    const p = cdf(x);
    gap = Math.max(gap, p - i / n, (i + 1) / n - p);
  });
  return gap;
}

/** The same between draws of two kinds: the largest gap between the shares of them up to a point. */
export function kolmogorovSmirnovOfTwo(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ofA, ofB] = [a, b].map((draws) => Float64Array.from(draws).sort());
  let gap = 0;
  for (let i = 0, j = 0; i < ofA.length && j < ofB.length;) {
    const point = Math.min(ofA[i], ofB[j]);
    while (ofA[i] === point) i++;
    while (ofB[j] === point) j++;
    gap = Math.max(gap, Math.abs(i / ofA.length - j / ofB.length));
  }
  return gap;
}

/** The gap that n independent draws of the very distribution exceed once in a million times: .0191 for 20,000. */
export const kolmogorovSmirnovLimit = (n: number): number =>
  Math.sqrt(Math.log(2 / 1e-6) / (2 * n));

/** The mean of some numbers. */
export function meanOf(draws: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < draws.length; i++) total += draws[i];
  return total / draws.length;
}

/** The variance of some numbers. */
export function varianceOf(draws: ArrayLike<number>): number {
  const centre = meanOf(draws);
  let total = 0;
  for (let i = 0; i < draws.length; i++) total += (draws[i] - centre) ** 2;
  return total / (draws.length - 1);
}

/** The standard error of the mean of independent draws. */
export const standardError = (draws: ArrayLike<number>): number =>
  Math.sqrt(varianceOf(draws) / draws.length);

/** By how many standard errors the variance of independent normal draws is off. */
export const zOfVariance = (draws: ArrayLike<number>, expected: number): number =>
  (varianceOf(draws) / expected - 1) * Math.sqrt(draws.length / 2);

/** By how many standard errors the correlation of independent pairs is off zero. */
export function zOfCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const meanX = meanOf(x), meanY = meanOf(y);
  const products = Float64Array.from(x, (v, i) => (v - meanX) * (y[i] - meanY));
  return meanOf(products) / Math.sqrt(varianceOf(x) * varianceOf(y)) * Math.sqrt(x.length);
}

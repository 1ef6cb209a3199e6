/**
 * Summaries of draws: means, standard errors, and distances between distributions.
 *
 * @module
 */
import type { Cdf } from "./distributions.ts";

/**
 * The Kolmogorov–Smirnov statistic: the largest gap between the empirical distribution function of
 * the draws and the distribution function of a law.
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

/** The two-sample statistic: the largest gap between two empirical distribution functions. */
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

/**
 * The gap that n independent draws of the law itself exceed with at most the given probability:
 * .0191 for 20,000 draws and one in a million (Massart, "The tight constant in the DKW inequality",
 * 1990).
 */
export const kolmogorovSmirnovLimit = (n: number, chance = 1e-6): number =>
  Math.sqrt(Math.log(2 / chance) / (2 * n));

/** The mean. */
export function meanOf(draws: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < draws.length; i++) total += draws[i];
  return total / draws.length;
}

/** The unbiased variance. */
export function varianceOf(draws: ArrayLike<number>): number {
  const centre = meanOf(draws);
  let total = 0;
  for (let i = 0; i < draws.length; i++) total += (draws[i] - centre) ** 2;
  return total / (draws.length - 1);
}

/** The standard error of the mean of independent draws. */
export const standardError = (draws: ArrayLike<number>): number =>
  Math.sqrt(varianceOf(draws) / draws.length);

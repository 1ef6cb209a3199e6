/**
 * Cumulative distribution functions.
 *
 * @module
 */
import { incompleteBeta, incompleteGamma } from "./special.ts";

/** P(X ≤ x) of a distribution on the line. */
export type Cdf = (x: number) => number;

/** N(0, 1). */
export const normalCdf: Cdf = (x) => 0.5 + 0.5 * Math.sign(x) * incompleteGamma(0.5, x * x / 2);

/** The quantile of N(0, 1) for a probability p > ½, by bisection. */
export function normalQuantile(p: number): number {
  let low = 0, high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

/** The standard Cauchy distribution. */
export const cauchyCdf: Cdf = (x) => 0.5 + Math.atan(x) / Math.PI;

/** U(0, 1). */
export const uniformCdf: Cdf = (x) => Math.min(1, Math.max(0, x));

/** Beta(a, b). */
export const betaCdf = (a: number, b: number): Cdf => (x) => incompleteBeta(a, b, x);

/** Gamma of shape a and scale 1. */
export const gammaCdf = (a: number): Cdf => (x) => incompleteGamma(a, x);

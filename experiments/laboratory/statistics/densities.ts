/**
 * Log-densities in nats.
 *
 * @module
 */
import { logGamma } from "./special.ts";

/** The log-density of a vector. */
export type LogDensity = (vector: readonly number[]) => number;

/** N(0, variance). */
export const normalLogDensity = (x: number, variance = 1): number =>
  -0.5 * (x * x / variance + Math.log(2 * Math.PI * variance));

/** The standard Cauchy distribution. */
export const cauchyLogDensity = (x: number): number => -Math.log(Math.PI * (1 + x * x));

/** Gamma of shape a and scale 1. */
export const gammaLogDensity = (a: number): (x: number) => number => (x) =>
  (a - 1) * Math.log(x) - x - logGamma(a);

/** Dirichlet with the given weights, as a function of all shares, which sum to 1. */
export function dirichletLogDensity(weights: readonly number[]): LogDensity {
  const constant = logGamma(weights.reduce((a, b) => a + b)) -
    weights.reduce((total, a) => total + logGamma(a), 0);
  return (shares) => shares.reduce((t, x, i) => t + (weights[i] - 1) * Math.log(x), constant);
}

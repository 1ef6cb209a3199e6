/**
 * Log-densities, in nats.
 *
 * @module
 */
import { logGamma } from "./special.ts";

/** log p(x) of a distribution. */
export type LogDensity = (x: number) => number;

/** N(0, variance). */
export const normalLogDensity = (x: number, variance = 1): number =>
  -0.5 * (x * x / variance + Math.log(2 * Math.PI * variance));

/** The standard Cauchy distribution. */
export const cauchyLogDensity: LogDensity = (x) => -Math.log(Math.PI * (1 + x * x));

/** Gamma of shape a and scale 1. */
export const gammaLogDensity = (a: number): LogDensity => (x) =>
  (a - 1) * Math.log(x) - x - logGamma(a);

/** The Dirichlet distribution of some weights, of all its shares: they sum to 1. */
export function dirichletLogDensity(
  weights: readonly number[],
): (shares: readonly number[]) => number {
  const constant = logGamma(weights.reduce((a, b) => a + b)) -
    weights.reduce((total, a) => total + logGamma(a), 0);
  return (shares) => shares.reduce((t, x, i) => t + (weights[i] - 1) * Math.log(x), constant);
}

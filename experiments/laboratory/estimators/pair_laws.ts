/**
 * Tasks whose pairs are drawn from a joint distribution in closed form, instead of through a
 * channel.
 *
 * @module
 */
import { digamma } from "../../../lib/information/digamma.ts";
import type { Points } from "../../../lib/information/mod.ts";
import { normalLogDensity } from "../statistics/densities.ts";
import {
  gammaDraw,
  generator,
  normalDraw,
  normalDraws,
  type Random,
} from "../statistics/generator.ts";
import { logGamma } from "../statistics/special.ts";
import { type EstimatorTask, type Exact, seedOf } from "./task.ts";

/** A joint distribution of x and z. */
export interface PairLaw extends Omit<EstimatorTask, "exact" | "draw"> {
  readonly exact: Exact;
  drawPair(random: Random): { readonly x: readonly number[]; readonly z: readonly number[] };
  /** log p(z|x) in nats. */
  logConditional(z: readonly number[], x: readonly number[]): number;
  /** log p(z) in nats. */
  logMarginal(z: readonly number[]): number;
}

/** The task of a distribution. */
export function taskOfPairs(law: PairLaw): EstimatorTask {
  const { exact, drawPair, logConditional, logMarginal, ...rest } = law;
  return {
    ...rest,
    exact: () => exact,
    draw(n, seed) {
      const random = generator(seedOf(law.name, seed));
      const pairs = Array.from({ length: n }, () => drawPair(random));
      const points = (side: "x" | "z"): Points => ({
        values: Float64Array.from(pairs.flatMap((pair) => pair[side])),
        dimensions: law.dimensions[side],
      });
      return {
        x: points("x"),
        z: points("z"),
        densities: {
          conditional: (i, j) => logConditional(pairs[i].z, pairs[j].x),
          marginal: (i) => logMarginal(pairs[i].z),
        },
      };
    },
  };
}

const closed = (value: number, by: string): Exact => ({ value, standardError: 0, by });

/** Normal x and z of which the first coordinates have the given correlations, and no others. */
export const correlatedPairs = (
  name: string,
  dimensions: number,
  correlations: readonly number[],
): PairLaw => ({
  name,
  description: `X and Z ~ N(0, I), correlations of ${correlations.join(", ")} between coordinates`,
  dimensions: { x: dimensions, z: dimensions },
  isContinuous: true,
  exact: closed(
    correlations.reduce((sum, r) => sum - Math.log1p(-r * r) / 2, 0),
    "−½ Σ ln(1 − ρ²)",
  ),
  drawPair(random) {
    const x = normalDraws(random, dimensions);
    return {
      x,
      z: x.map((v, k) => {
        const r = correlations[k] ?? 0;
        return r * v + Math.sqrt(1 - r * r) * normalDraw(random);
      }),
    };
  },
  logConditional: (z, x) =>
    z.reduce((sum, v, k) => {
      const r = correlations[k] ?? 0;
      return sum + normalLogDensity(v - r * x[k], 1 - r * r);
    }, 0),
  logMarginal: (z) => z.reduce((sum, v) => sum + normalLogDensity(v), 0),
});

/** Normal x and z whose coordinates all have the same correlation. */
export function equicorrelated(name: string, dimensions: number, correlation: number): PairLaw {
  /** ln of the determinant of the correlation matrix of d coordinates. */
  const logDeterminant = (d: number) =>
    (d - 1) * Math.log(1 - correlation) + Math.log1p((d - 1) * correlation);
  const logDensity = (v: readonly number[]) => {
    const d = v.length, total = v.reduce((sum, one) => sum + one, 0);
    const squares = v.reduce((sum, one) => sum + one * one, 0);
    const share = correlation / (1 + (d - 1) * correlation);
    const form = (squares - share * total * total) / (1 - correlation);
    return -0.5 * (form + logDeterminant(d) + d * Math.log(2 * Math.PI));
  };
  return {
    name,
    description: `X and Z normal, correlations of ${correlation} between all coordinates`,
    dimensions: { x: dimensions, z: dimensions },
    isContinuous: true,
    exact: closed(
      logDeterminant(dimensions) - logDeterminant(2 * dimensions) / 2,
      "½ ln det C_x·det C_z/det C",
    ),
    drawPair(random) {
      const common = Math.sqrt(correlation) * normalDraw(random);
      const draws = () =>
        normalDraws(random, dimensions).map((v) => common + Math.sqrt(1 - correlation) * v);
      return { x: draws(), z: draws() };
    },
    logConditional: (z, x) => logDensity([...x, ...z]) - logDensity(x),
    logMarginal: logDensity,
  };
}

/**
 * Multivariate Student-t with an identity matrix: uncorrelated, but the χ² that x and z share makes
 * both large at once. The information is that of Arellano-Valle, Contreras-Reyes and Genton
 * ("Shannon entropy and mutual information for multivariate skew-elliptical distributions", 2013).
 */
export function student(name: string, dimensions: number, freedom: number): PairLaw {
  const f = (d: number) => logGamma(d / 2) - d / 2 * digamma(d / 2);
  const logDensity = (v: readonly number[]) => {
    const d = v.length, squares = v.reduce((sum, one) => sum + one * one, 0);
    return logGamma((freedom + d) / 2) - logGamma(freedom / 2) -
      d / 2 * Math.log(freedom * Math.PI) - (freedom + d) / 2 * Math.log1p(squares / freedom);
  };
  return {
    name,
    description: `(X, Z) Student-t of ${freedom} degrees of freedom, uncorrelated`,
    dimensions: { x: dimensions, z: dimensions },
    isContinuous: true,
    exact: closed(
      f(freedom) + f(freedom + 2 * dimensions) - 2 * f(freedom + dimensions),
      "f(ν) + f(ν + 2d) − 2·f(ν + d), f(a) = ln Γ(a/2) − a/2·ψ(a/2)",
    ),
    drawPair(random) {
      const scale = Math.sqrt(freedom / (2 * gammaDraw(random, freedom / 2)));
      const draws = () => normalDraws(random, dimensions).map((v) => scale * v);
      return { x: draws(), z: draws() };
    },
    logConditional: (z, x) => logDensity([...x, ...z]) - logDensity(x),
    logMarginal: logDensity,
  };
}

/** X ~ U(0, 1), Z = X + N with N ~ U(−ε, ε). */
export const additive = (name: string, epsilon: number): PairLaw => ({
  name,
  description: `X ~ U(0, 1), Z = X + U(−${epsilon}, ${epsilon})`,
  dimensions: { x: 1, z: 1 },
  isContinuous: true,
  exact: epsilon <= 0.5
    ? closed(epsilon - Math.log(2 * epsilon), "ε − ln 2ε")
    : closed(1 / (4 * epsilon), "1/4ε"),
  drawPair(random) {
    const x = random();
    return { x: [x], z: [x + epsilon * (2 * random() - 1)] };
  },
  logConditional: ([z], [x]) => Math.abs(z - x) <= epsilon ? -Math.log(2 * epsilon) : -Infinity,
  // The share of the interval from z − ε to z + ε that lies in (0, 1), over 2ε.
  logMarginal: ([z]) =>
    Math.log(Math.max(0, Math.min(1, z + epsilon) - Math.max(0, z - epsilon)) / (2 * epsilon)),
});

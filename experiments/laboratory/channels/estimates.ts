/**
 * Estimates of the information in a set of codes, each beside the formula for the same codes.
 *
 * @module
 */
import { ksgInformation, noiseInformation } from "../../../lib/information/mod.ts";
import { estimateOf } from "../../../lib/information/neighbours.ts";
import type { LogDensity } from "../statistics/densities.ts";
import { ofRows, rowOf } from "../statistics/rows.ts";
import { measured } from "../statistics/measured.ts";
import { measuredInBatches } from "../statistics/batches.ts";
import { kolmogorovSmirnov, meanOf } from "../statistics/summary.ts";
import type { Statistic } from "./channels.ts";
import type { Draws, EchoCodes } from "./draws.ts";
import type { Law } from "./law.ts";
import type { Finding, Gap } from "./row.ts";

/** The part of a finding that an estimator fills in. */
export type Estimated = Pick<Finding, "by" | "formula" | "estimate">;

/**
 * The estimate from the densities of noise and code: the mean of log p(z|x) − log p(z), which is
 * log p(ε) − log |det S| − log p(z). It is unbiased if the densities are right.
 */
export function byDensity(
  { dimensions, noise, z, logDeterminant, rate, batch }: EchoCodes,
  ofNoise: LogDensity,
  ofCode: LogDensity = ofNoise,
): Estimated {
  const terms = logDeterminant.map((value, i) =>
    ofNoise(rowOf(noise, dimensions, i)) - value - ofCode(rowOf(z, dimensions, i))
  );
  return {
    by: "densities",
    formula: measuredInBatches(rate, batch),
    estimate: {
      value: meanOf(terms),
      standardError: measuredInBatches(terms.map((term, i) => term - rate[i]), batch).standardError,
    },
  };
}

/**
 * {@linkcode byDensity} with tabulated laws in one dimension, and the gaps between draws and laws.
 */
export const byLaws = (
  draws: Draws,
  noise: Law,
  code: Law,
): Estimated & Required<Pick<Finding, "laws">> => ({
  ...byDensity(draws, ([e]) => noise.logDensity(e), ([z]) => code.logDensity(z)),
  laws: [
    ...gapsOf(draws.noise, 1, [{ of: ([e]) => e, cdf: (e) => noise.cdf(e) }]),
    ...gapsOf(draws.z, 1, [{ of: ([z]) => z, cdf: (z) => code.cdf(z) }]),
  ],
});

/** The rounding of float32 codes near 1. Without jitter of this size a few codes would be equal. */
const ROUNDING = 2 ** -23;

/**
 * The nearest-neighbour estimate of h(Z) − h(ε) − E log |det S|. It assumes only that the noise is
 * independent of the example.
 */
export function byEntropies({ dimensions, noise, z, logDeterminant, rate }: Draws): Estimated {
  const { nats, terms } = noiseInformation(
    { values: z, dimensions },
    { values: noise, dimensions },
    logDeterminant,
    { jitter: ROUNDING },
  );
  const { standardError } = estimateOf(terms.map((term, i) => term - rate[i]));
  return { by: "entropies", formula: measured(rate), estimate: { value: nats, standardError } };
}

/**
 * The nearest-neighbour estimate from pairs (x, z), both one-dimensional. It knows nothing of the
 * channel. Its bias is at most about 1/√n nats for the channels of this folder (measured with
 * 40,000 and with 200,000 draws), and the standard error includes it.
 *
 * @param map a bijection for both x and z that shortens their tails; it leaves the information as
 * it is
 */
export function byKsg({ x, z, rate }: Draws, map: (v: number) => number = (v) => v): Estimated {
  const { nats, terms } = ksgInformation(
    { values: x.map(map), dimensions: 1 },
    { values: z.map(map), dimensions: 1 },
  );
  const { standardError } = estimateOf(terms.map((term, i) => term - rate[i]));
  return {
    by: "KSG",
    formula: measured(rate),
    estimate: { value: nats, standardError: Math.hypot(standardError, 1 / Math.sqrt(x.length)) },
  };
}

/** The gaps between independent draws and their known laws, one for each statistic. */
export const gapsOf = (
  values: Float64Array,
  dimensions: number,
  statistics: readonly Statistic[],
): Gap[] =>
  statistics.map(({ of, cdf }) => ({
    gap: kolmogorovSmirnov(ofRows(values, dimensions, of), cdf),
    n: values.length / dimensions,
  }));

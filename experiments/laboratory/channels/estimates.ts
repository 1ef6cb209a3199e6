/**
 * Estimates of the information of draws, beside what the formula says of the same draws.
 *
 * @module
 */
import { ksgInformation, noiseInformation } from "../../../mod.ts";
import { estimateOf } from "../../../lib/information/neighbours.ts";
import { kolmogorovSmirnov, meanOf, standardError } from "../statistics/summary.ts";
import type { Statistic } from "./channels.ts";
import type { Draws } from "./draws.ts";
import type { Law } from "./law.ts";
import type { Finding, Gap } from "./row.ts";

/** What an estimate adds to a finding. */
export type Estimated = Pick<
  Finding,
  "by" | "formula" | "formulaError" | "estimate" | "standardError"
>;

/** Codes with their noise: of independent examples, or of whole batches. */
export interface Codes extends Omit<Draws, "x" | "mean"> {
  /** How many rows one after another are of one batch, and so not independent; 1 unless given. */
  readonly batch?: number;
}

/** The log-density of a code or of its noise. */
export type LogDensity = (code: readonly number[]) => number;

/** A row of a matrix of so many columns. */
const rowOf = (values: Float64Array, columns: number, i: number): number[] =>
  Array.from(values.subarray(i * columns, (i + 1) * columns));

/**
 * By the densities of the noise and of the code: the mean of log p(z|x) − log p(z) = log p(ε) − log |det S| − log p(z). Right
 * for any number of draws, if they have those densities.
 */
export function byDensity(
  { dimensions, noise, z, logDeterminant, rate, batch = 1 }: Codes,
  ofNoise: LogDensity,
  ofCode: LogDensity = ofNoise,
): Estimated {
  const terms = logDeterminant.map((value, i) =>
    ofNoise(rowOf(noise, dimensions, i)) - value - ofCode(rowOf(z, dimensions, i))
  );
  return {
    by: "densities",
    ...formulaOf(rate, batch),
    estimate: meanOf(terms),
    standardError: errorOf(terms.map((term, i) => term - rate[i]), batch),
  };
}

/** By densities, and with how far the draws are from them, where noise and code of one dimension have laws that are tabulated. */
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

/** The rounding of codes, float32 numbers of about 1: of many on a line, a few are equal. */
const ROUNDING = 2 ** -23;

/** By nearest neighbours: h(Z) − h(ε) − E log |det S|. Takes the noise to be independent of the example, and nothing else. */
export function byEntropies({ dimensions, noise, z, logDeterminant, rate }: Draws): Estimated {
  const { nats, terms } = noiseInformation(
    { values: z, dimensions },
    { values: noise, dimensions },
    logDeterminant,
    { jitter: ROUNDING },
  );
  return {
    by: "entropies",
    ...formulaOf(rate),
    estimate: nats,
    standardError: estimateOf(terms.map((term, i) => term - rate[i])).standardError,
  };
}

/**
 * By nearest neighbours of example and code, which knows nothing of the channel: of one dimension both. Beside its variance, its
 * error has a bias: of the channels of this folder about 1/√n nats at most, measured with 40,000 and with 200,000 draws.
 *
 * @param map taken of both first: it changes no information, and may make tails shorter
 */
export function byKsg({ x, z, rate }: Draws, map: (v: number) => number = (v) => v): Estimated {
  const { nats, terms } = ksgInformation(
    { values: x.map(map), dimensions: 1 },
    { values: z.map(map), dimensions: 1 },
  );
  const { standardError } = estimateOf(terms.map((term, i) => term - rate[i]));
  return {
    by: "KSG",
    ...formulaOf(rate),
    estimate: nats,
    standardError: Math.hypot(standardError, 1 / Math.sqrt(x.length)),
  };
}

/** The mean rate. */
export const formulaOf = (
  rate: Float64Array,
  batch = 1,
): Pick<Finding, "formula" | "formulaError"> => ({
  formula: meanOf(rate),
  formulaError: errorOf(rate, batch),
});

/** The standard error of the mean of terms that are independent from one batch to another. */
export const errorOf = (terms: Float64Array, batch = 1): number =>
  standardError(
    batch === 1 ? terms : Float64Array.from(
      { length: terms.length / batch },
      (_, i) => meanOf(terms.subarray(i * batch, (i + 1) * batch)),
    ),
  );

/** How far independent draws are from what is known of their law. */
export const gapsOf = (
  values: Float64Array,
  dimensions: number,
  statistics: readonly Statistic[],
): Gap[] =>
  statistics.map(({ of, cdf }) => {
    const n = values.length / dimensions;
    const draws = Float64Array.from({ length: n }, (_, i) => of(rowOf(values, dimensions, i)));
    return { gap: kolmogorovSmirnov(draws, cdf), n };
  });

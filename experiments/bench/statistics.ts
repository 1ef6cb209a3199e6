/**
 * Statistics for measurements on a noisy machine: order statistics instead of means.
 *
 * @module
 */

/** Order statistics. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  /** The first quartile. */
  readonly q1: number;
  readonly median: number;
  /** The third quartile. */
  readonly q3: number;
}

/** The order statistics of a sample. */
export function summarize(sample: readonly number[]): Summary {
  const sorted = sample.toSorted((a, b) => a - b);
  const at = (p: number) => quantile(sorted, p);
  return { count: sample.length, min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

/** The greatest value. The arguments of Math.max must fit on the stack, this sample need not. */
export const greatest = (sample: readonly number[]): number =>
  sample.reduce((most, value) => Math.max(most, value), -Infinity);

/** The median of a sample. */
export const median = (sample: readonly number[]): number => summarize(sample).median;

/** A quantile of a sorted sample by linear interpolation. */
function quantile(sorted: readonly number[], p: number): number {
  const place = p * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/** The least-squares slope of log y against log x: 1 if y is proportional to x. */
export function exponent(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  const covariance = mean(u.map((a, i) => (a - mu) * (v[i] - mv)));
  return covariance / mean(u.map((a) => (a - mu) ** 2));
}

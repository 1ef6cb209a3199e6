/**
 * Entropies of whole numbers, and codes made whole numbers by a histogram.
 *
 * @module
 */
import { isConstant } from "./sample.ts";

/** Whole numbers 0, …, size − 1. */
export interface Discrete {
  readonly values: ArrayLike<number>;
  readonly size: number;
}

/**
 * The bin of each number in a histogram of equal bins from the least number to the largest. A
 * constant column is in one bin.
 */
export function binned(column: Float64Array, bins: number): Discrete {
  if (isConstant(column)) return { values: new Int32Array(column.length), size: 1 };
  let [least, most] = [Infinity, -Infinity];
  for (const value of column) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const width = (most - least) / bins;
  const values = Int32Array.from(
    column,
    (value) => Math.min(bins - 1, Math.floor((value - least) / width)),
  );
  return { values, size: bins };
}

/** The entropy in nats of counts that sum to `total`, by their frequencies. */
function entropyOfCounts(counts: Float64Array, total: number): number {
  let entropy = 0;
  for (const count of counts) {
    if (count > 0) entropy -= count / total * Math.log(count / total);
  }
  return entropy;
}

/** The entropy of whole numbers in nats, by their frequencies. */
export function entropy({ values, size }: Discrete): number {
  const counts = new Float64Array(size);
  for (let i = 0; i < values.length; i++) counts[values[i]]++;
  return entropyOfCounts(counts, values.length);
}

/**
 * The mutual information of two lists of whole numbers in nats, H(a) + H(b) − H(a, b), by their
 * frequencies. It is too large by about (A − 1)(B − 1)/2n for n pairs of A and B values, which
 * matters where it is small: .036 nats for 20 bins, a factor of 40 values and 10,000 images.
 */
export function mutualInformation(a: Discrete, b: Discrete): number {
  const counts = new Float64Array(a.size * b.size);
  const n = a.values.length;
  for (let i = 0; i < n; i++) counts[a.values[i] * b.size + b.values[i]]++;
  return Math.max(0, entropy(a) + entropy(b) - entropyOfCounts(counts, n));
}

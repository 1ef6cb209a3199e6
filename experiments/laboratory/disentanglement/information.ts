/**
 * Metrics made of the information of each dimension of the code on each factor.
 *
 * @module
 */
import { binned, type Discrete, entropy, mutualInformation } from "./discrete.ts";
import { columnOf, columnsOf, type FactorSample, type Rows } from "./sample.ts";

/** The number of histogram bins of the original programs. */
export const BINS = 20;

const factorsOf = ({ values, factors }: FactorSample): Discrete[] =>
  factors.map(({ size }, k) => ({ values: columnOf(values, k), size }));

const codesOf = (codes: Rows, bins: number): Discrete[] =>
  columnsOf(codes).map((column) => binned(column, bins));

/** The two largest numbers, the larger one first; 0 in place of one that is missing. */
export function twoLargest(numbers: readonly number[]): [first: number, second: number] {
  const [first = 0, second = 0] = numbers.toSorted((a, b) => b - a);
  return [first, second];
}

/**
 * The mutual information gap (Chen, Li, Grosse and Duvenaud, "Isolating sources of disentanglement
 * in variational autoencoders", NeurIPS 2018, eq. 6): for each factor, how much more one dimension
 * of the code knows of it than the next best one, as a share of the factor's entropy; averaged over
 * the factors that vary. From 0 to 1: each factor is in one dimension alone.
 *
 * Chen et al. integrate over q(z|x). Here, as in disentanglement_lib (Locatello et al., ICML 2019),
 * codes are put in `bins` equal bins.
 */
export function mig(sample: FactorSample, bins: number = BINS): number {
  const codes = codesOf(sample.codes, bins);
  const gaps = factorsOf(sample).map((factor) => {
    const [first, second] = twoLargest(codes.map((code) => mutualInformation(code, factor)));
    return { gap: first - second, most: entropy(factor) };
  });
  return mean(gaps.filter(({ most }) => most > 0).map(({ gap, most }) => gap / most));
}

/**
 * Modularity (Ridgeway and Mozer, "Learning deep disentangled embeddings with the F-statistic
 * loss", NeurIPS 2018, eq. 2): for each dimension of the code, 1 − Σ I² over the factors but the one
 * it knows best / ((K − 1) · the largest I²); averaged over the dimensions. From 0 to 1: each
 * dimension knows one factor alone. A constant dimension counts as 0, as in disentanglement_lib; a
 * dimension of noise has the information that the histogram's bias gives it, and counts as it falls.
 */
export function modularity(sample: FactorSample, bins: number = BINS): number {
  const factors = factorsOf(sample);
  return mean(
    codesOf(sample.codes, bins).map((code) => {
      const squares = factors.map((factor) => mutualInformation(code, factor) ** 2);
      const most = Math.max(...squares);
      const rest = squares.reduce((sum, square) => sum + square, -most);
      return most > 0 ? 1 - rest / (most * (factors.length - 1)) : 0;
    }),
  );
}

/**
 * The mean mutual information of two dimensions of the code, in nats (Locatello et al., ICML 2019,
 * section 5.2): 0 for independent ones, up to ln `bins`. It needs no factors.
 */
export function meanInformation(codes: Rows, bins: number = BINS): number {
  const all = codesOf(codes, bins);
  return mean(all.flatMap((a, i) => all.slice(0, i).map((b) => mutualInformation(a, b))));
}

/** The mean; 0 of no numbers. */
export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);

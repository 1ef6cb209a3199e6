/**
 * Disentanglement, completeness and informativeness.
 *
 * @module
 */
import { generator } from "../statistics/generator.ts";
import { type ForestOptions, growForest } from "./forest.ts";
import { columnOf, columnsOf, countOf, type FactorSample, isConstant, rowsOf } from "./sample.ts";

/** The three scores, from 0 to 1. */
export interface Dci {
  /** 1: each dimension of the code matters for one factor alone. */
  readonly disentanglement: number;
  /** 1: for each factor one dimension of the code matters alone. */
  readonly completeness: number;
  /** The share of the values of factors that is predicted right on images kept apart. */
  readonly informativeness: number;
}

/**
 * Deeper trees predict better, but their last splits fit chance, which spreads importances over all
 * dimensions. On 10,000 codes of a VAE for sprites, depths of 3, 5 and 12 give a disentanglement of
 * .37, .18 and .02, and an informativeness of .24, .29 and .39.
 */
const FOREST: ForestOptions = { trees: 10, depth: 5, bins: 64 };

/**
 * DCI (Eastwood and Williams, "A framework for the quantitative evaluation of disentangled
 * representations", ICLR 2018). For each factor that varies a predictor learns the factor from the
 * code, and says how important each dimension was, R[dimension][factor]. From R:
 * - disentanglement: 1 − the entropy of each row, in units of log(factors), weighted by row sums;
 * - completeness: the same of columns, in units of log(dimensions);
 * - informativeness: the accuracy of the predictors on the second half of the images.
 *
 * The paper's predictors are lasso and random forests for numbers, those of disentanglement_lib
 * gradient boosted trees for classes. Here they are small random forests for classes, whose
 * importances are shares of the Gini impurity, so that a factor need have no order, nor be a line in
 * the code, and the code's scale does not matter.
 */
export function dci(
  { codes, values, factors }: FactorSample,
  { seed = 1, ...options }: Partial<ForestOptions> & { seed?: number } = {},
): Dci {
  const count = countOf(codes), half = Math.floor(count / 2);
  const columns = columnsOf(codes).map((column) => column.subarray(0, half));
  const others = rowsOf(codes, half);
  const all = { ...FOREST, ...options }, random = generator(seed);
  const found = factors.flatMap(({ size }, k) => {
    const factor = columnOf(values, k);
    if (isConstant(factor)) return [];
    const forest = growForest(columns, factor.subarray(0, half), size, all, random);
    const right = others.filter((row, i) => forest.predict(row) === factor[half + i]);
    return [{ importances: forest.importances, accuracy: right.length / others.length }];
  });
  const byFactor = found.map(({ importances }) => [...importances]);
  const byDimension = columns.map((_, j) => byFactor.map((importances) => importances[j]));
  return {
    disentanglement: concentration(byDimension),
    completeness: concentration(byFactor),
    informativeness: found.reduce((sum, { accuracy }) => sum + accuracy / found.length, 0),
  };
}

/**
 * How much each list has its sum in one place, 1 − its entropy / log(length), averaged with the sums
 * as weights; 0 if all sums are 0.
 */
export function concentration(lists: readonly (readonly number[])[]): number {
  const sums = lists.map((list) => list.reduce((sum, x) => sum + x, 0));
  const total = sums.reduce((sum, x) => sum + x, 0);
  if (total === 0) return 0;
  return lists.reduce((score, list, i) => {
    if (sums[i] === 0) return score;
    const shares = list.map((x) => x / sums[i]).filter((share) => share > 0);
    const entropy = shares.reduce((sum, share) => sum - share * Math.log(share), 0);
    const most = Math.log(list.length);
    return score + sums[i] / total * (most > 0 ? 1 - entropy / most : 1);
  }, 0);
}

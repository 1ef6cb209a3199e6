/**
 * The separated attribute predictability score.
 *
 * @module
 */
import { mean, twoLargest } from "./information.ts";
import { columnOf, columnsOf, type FactorSample, isConstant } from "./sample.ts";

/**
 * SAP (Kumar, Sattigeri and Balakrishnan, "Variational inference of disentangled latent concepts
 * from unlabeled observations", ICLR 2018, section 3): for each factor, how much better one
 * dimension of the code predicts it than the next best one; averaged over the factors that vary.
 * From 0 to 1, if all factors have an order.
 *
 * A factor with an order is predicted by a line, and the score is R², the squared correlation. One
 * without is predicted by the intervals in which the code falls, an interval for each value, and
 * the score is the balanced accuracy: the mean over values of the share that is predicted right.
 * Codes that know nothing of the factor have at least the score 1/values, so its gap is at most 1 −
 * 1/values, unless the other dimensions are constant: the score of a constant dimension is 0.
 */
export function sap({ codes, values, factors }: FactorSample): number {
  const columns = columnsOf(codes);
  const gaps = factors.flatMap(({ size, isCategorical }, k) => {
    const factor = columnOf(values, k);
    if (isConstant(factor)) return [];
    const scores = columns.map((code) => {
      if (isConstant(code)) return 0;
      return isCategorical
        ? balancedAccuracy(code, factor, size)
        : squaredCorrelation(code, factor);
    });
    const [first, second] = twoLargest(scores);
    return [first - second];
  });
  return mean(gaps);
}

/** The squared correlation of two columns, neither of them constant. */
function squaredCorrelation(a: Float64Array, b: Float64Array): number {
  const [centreA, centreB] = [a, b].map((column) => mean([...column]));
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - centreA, b[i] - centreB];
    [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
  }
  return ab * ab / (aa * bb);
}

/** The most values of a factor without an order: the search below takes 2^values steps a code. */
const MOST_VALUES = 12;

/**
 * The best balanced accuracy with which intervals of the code tell the values of a factor apart,
 * where each value has one interval or none.
 *
 * The codes are read in ascending order. `best[used][last]` is the best score so far with an
 * interval for each value in the set `used`, of which `last` is the current one; the next code
 * stays in it, or begins the interval of another value.
 *
 * @throws {RangeError} if the factor has too many values for this search
 */
export function balancedAccuracy(code: Float64Array, factor: Float64Array, size: number): number {
  if (size > MOST_VALUES) {
    throw new RangeError(
      `Cannot find intervals for ${size} values of a factor without an order: at most ${MOST_VALUES}`,
    );
  }
  const counts = new Float64Array(size);
  for (const value of factor) counts[value]++;
  const classes = counts.filter((count) => count > 0).length;
  const order = Uint32Array.from(code, (_, i) => i).sort((a, b) => code[a] - code[b]);
  const sets = 1 << size;
  let best = new Float64Array(sets * size).fill(-Infinity);
  for (let value = 0; value < size; value++) best[(1 << value) * size + value] = 0;
  const gains = new Float64Array(size);
  for (let start = 0, end = 0; start < order.length; start = end) {
    // Equal codes are predicted alike.
    gains.fill(0);
    while (end < order.length && code[order[end]] === code[order[start]]) {
      const value = factor[order[end++]];
      gains[value] += 1 / (counts[value] * classes);
    }
    const next = new Float64Array(sets * size).fill(-Infinity);
    for (let used = 1; used < sets; used++) {
      for (let last = 0; last < size; last++) {
        if ((used & 1 << last) === 0) continue;
        const before = used & ~(1 << last);
        let most = best[used * size + last];
        for (let other = 0; other < size; other++) {
          most = Math.max(most, best[before * size + other]);
        }
        next[used * size + last] = most + gains[last];
      }
    }
    best = next;
  }
  return best.reduce((most, score) => Math.max(most, score));
}

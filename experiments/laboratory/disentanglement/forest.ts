/**
 * Random forests for classification (Breiman, "Random forests", Machine Learning 2001), kept small:
 * every split may use every feature, and features are put in bins before the trees grow.
 *
 * @module
 */
import type { Random } from "../statistics/generator.ts";

/** Settings of {@linkcode growForest}. */
export interface ForestOptions {
  /** The number of trees. */
  readonly trees: number;
  /** The most splits above a leaf. */
  readonly depth: number;
  /** The most bins of a feature. */
  readonly bins: number;
}

/** A trained forest. */
export interface Forest {
  /**
   * The importance of each feature: the sum of what its splits take off the Gini impurity, as a
   * share of the sum of all features, averaged over trees. All are 0 if no tree has a split.
   */
  readonly importances: Float64Array;
  /** The class that has the most votes of the trees' leaves, for a row of features. */
  predict(row: ArrayLike<number>): number;
}

/** A split sends a row to the left if the bin of its feature is at most `bin`. */
type Node =
  | { readonly feature: number; readonly bin: number; readonly left: Node; readonly right: Node }
  | { readonly shares: Float64Array };

/**
 * Grows a forest. Each tree sees as many rows as there are, drawn with replacement; a single tree
 * sees all rows once.
 *
 * @param columns the features, each with a number for every row
 * @param classes the class of each row, from 0 to size − 1
 */
export function growForest(
  columns: readonly Float64Array[],
  classes: ArrayLike<number>,
  size: number,
  { trees, depth, bins }: ForestOptions,
  random: Random,
): Forest {
  const rows = classes.length;
  const edges = columns.map((column) => edgesOf(column, bins));
  const features = columns.map((column, j) => Uint16Array.from(column, (x) => binOf(x, edges[j])));
  const importances = new Float64Array(columns.length);
  const grown = Array.from({ length: trees }, () => {
    const own = new Float64Array(columns.length);
    const seen = Uint32Array.from(
      { length: rows },
      (_, i) => trees === 1 ? i : Math.floor(random() * rows),
    );
    const tree = grow({ features, classes, size, bins, importances: own }, seen, depth);
    const total = own.reduce((sum, one) => sum + one, 0);
    if (total > 0) own.forEach((one, j) => importances[j] += one / (total * trees));
    return tree;
  });
  return {
    importances,
    predict(row) {
      const votes = new Float64Array(size);
      for (const tree of grown) {
        let node = tree;
        while ("left" in node) {
          const { feature, bin, left, right } = node;
          node = binOf(row[feature], edges[feature]) <= bin ? left : right;
        }
        node.shares.forEach((share, value) => votes[value] += share);
      }
      return votes.indexOf(Math.max(...votes));
    },
  };
}

/** The edges of bins with about equally many numbers each, halfway between two numbers. */
function edgesOf(column: Float64Array, bins: number): number[] {
  const distinct = [...new Set(column)].sort((a, b) => a - b);
  if (distinct.length <= bins) return distinct.slice(1).map((x, i) => (x + distinct[i]) / 2);
  const sorted = column.toSorted();
  const edges = Array.from({ length: bins - 1 }, (_, i) => {
    const at = Math.round((i + 1) * sorted.length / bins);
    return (sorted[at - 1] + sorted[at]) / 2;
  });
  return [...new Set(edges)];
}

/** The number of edges below a number. */
function binOf(x: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What all nodes of a tree share; splits add to `importances`. */
interface Growth {
  readonly features: readonly Uint16Array[];
  readonly classes: ArrayLike<number>;
  readonly size: number;
  readonly bins: number;
  readonly importances: Float64Array;
}

function grow(growth: Growth, rows: Uint32Array, depth: number): Node {
  const { features, classes, size, importances } = growth;
  const counts = new Float64Array(size);
  for (const row of rows) counts[classes[row]]++;
  const leaf = () => ({ shares: counts.map((count) => count / rows.length) });
  if (depth === 0 || counts.some((count) => count === rows.length)) return leaf();
  const { feature, bin, gain } = bestSplit(growth, rows, counts);
  if (gain <= 1e-9) return leaf();
  importances[feature] += gain;
  const isLeft = (row: number) => features[feature][row] <= bin;
  return {
    ...{ feature, bin },
    left: grow(growth, rows.filter(isLeft), depth - 1),
    right: grow(growth, rows.filter((row) => !isLeft(row)), depth - 1),
  };
}

/**
 * The split that takes most off the Gini impurity. With counts c of n rows, n times the impurity is
 * n − Σ c²/n, so the gain is Σ l²/L + Σ r²/R − Σ c²/n. As a row moves from the right to the left,
 * Σ l² grows by 2l + 1 and Σ r² shrinks by 2r − 1, for the counts of its class before.
 */
function bestSplit(
  { features, classes, size, bins }: Growth,
  rows: Uint32Array,
  counts: Float64Array,
): { feature: number; bin: number; gain: number } {
  const n = rows.length;
  const squares = counts.reduce((sum, count) => sum + count * count, 0);
  let best = { feature: 0, bin: 0, gain: 0 };
  const starts = new Uint32Array(bins + 1), sorted = new Uint32Array(n);
  const [left, right] = [new Float64Array(size), new Float64Array(size)];
  for (const [feature, binOfRow] of features.entries()) {
    starts.fill(0);
    for (const row of rows) starts[binOfRow[row] + 1]++;
    for (let bin = 0; bin < bins; bin++) starts[bin + 1] += starts[bin];
    for (const row of rows) sorted[starts[binOfRow[row]]++] = row;
    left.fill(0);
    right.set(counts);
    let [ofLeft, ofRight] = [0, squares];
    for (let i = 0; i < n - 1; i++) {
      const value = classes[sorted[i]];
      ofLeft += 2 * left[value]++ + 1;
      ofRight -= 2 * right[value]-- - 1;
      const bin = binOfRow[sorted[i]];
      if (bin === binOfRow[sorted[i + 1]]) continue;
      const gain = ofLeft / (i + 1) + ofRight / (n - i - 1) - squares / n;
      if (gain > best.gain) best = { feature, bin, gain };
    }
  }
  return best;
}

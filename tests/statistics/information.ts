/**
 * Mutual information from samples, with no model of them.
 *
 * @module
 */
import { digamma } from "./special.ts";

/**
 * The mutual information in nats of two scalars, from n joint draws, by the distances to the k nearest neighbours (the
 * first estimator of Kraskov, Stögbauer and Grassberger, "Estimating mutual information", 2004).
 *
 * Around each draw lies the smallest square that holds k others. The more other draws have just an x, or just a y, within
 * the square's range, the less the two say about each other. Good to .03 nats at n = 20,000.
 */
export function mutualInformation(x: ArrayLike<number>, y: ArrayLike<number>, k = 3): number {
  const n = x.length;
  const byX = Uint32Array.from({ length: n }, (_, i) => i).sort((i, j) => x[i] - x[j]);
  const xs = Float64Array.from(byX, (i) => x[i]);
  const ys = Float64Array.from(byX, (i) => y[i]);
  const sortedYs = ys.toSorted();
  let total = 0;
  for (let i = 0; i < n; i++) {
    const radius = neighbourDistance(xs, ys, i, k);
    total += digamma(countWithin(xs, xs[i], radius)) +
      digamma(countWithin(sortedYs, ys[i], radius));
  }
  return digamma(k) + digamma(n) - total / n;
}

/** How far the k-th nearest neighbour of draw i is, by the larger of the two differences; xs ascends. */
function neighbourDistance(xs: Float64Array, ys: Float64Array, i: number, k: number): number {
  const nearest = new Array<number>(k).fill(Infinity);
  const consider = (j: number) => {
    const distance = Math.max(Math.abs(xs[j] - xs[i]), Math.abs(ys[j] - ys[i]));
    if (distance >= nearest[k - 1]) return;
    let place = k - 1;
    for (; place > 0 && nearest[place - 1] > distance; place--) nearest[place] = nearest[place - 1];
    nearest[place] = distance;
  };
  for (let j = i - 1; j >= 0 && xs[i] - xs[j] < nearest[k - 1]; j--) consider(j);
  for (let j = i + 1; j < xs.length && xs[j] - xs[i] < nearest[k - 1]; j++) consider(j);
  return nearest[k - 1];
}

/** How many of the ascending numbers are nearer to x than radius, x itself included. */
const countWithin = (ascending: Float64Array, x: number, radius: number): number =>
  countBelow(ascending, (v) => v - x < radius) - countBelow(ascending, (v) => v - x <= -radius);

/** How many of the first numbers, in ascending order, satisfy what only small numbers do. */
function countBelow(ascending: Float64Array, isBelow: (v: number) => boolean): number {
  let low = 0, high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(ascending[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A k-d tree, which finds the nearest points without a look at most of the others (Bentley,
 * "Multidimensional binary search trees used for associative searching", 1975). The distance of two
 * points is the largest difference of a coordinate.
 *
 * @module
 */
import { ShapeError } from "../shape.ts";

/** n points, one in each row. */
export interface Points {
  /** The coordinates in row-major order, [n, dimensions]. */
  readonly values: Float32Array | Float64Array;
  /** The number of coordinates of a point. */
  readonly dimensions: number;
}

/** Queries about the points of a tree, by their row numbers. */
export interface KdTree {
  /** The distance of a point to its k-th nearest other point. There must be more than k points. */
  neighbourDistance(point: number, k: number): number;
  /** The number of points within a radius of a point (strictly), including the point itself. */
  countWithin(point: number, radius: number): number;
}

/** The number of points. */
export const countOf = ({ values, dimensions }: Points): number => values.length / dimensions;

/** The coordinates of point i. */
export const rowOf = ({ values, dimensions }: Points, i: number): Points["values"] =>
  values.subarray(i * dimensions, (i + 1) * dimensions);

/**
 * Checks that the values are finite and fill the rows.
 *
 * @throws {ShapeError} where the values do not fill their rows; {RangeError} where one is not
 * finite.
 */
export function checkPoints({ values, dimensions }: Points, op: string): void {
  if (!(Number.isInteger(dimensions) && dimensions >= 1) || values.length % dimensions !== 0) {
    throw new ShapeError(
      `Cannot ${op} of ${values.length} values in ${dimensions} dimensions: they do not fill rows`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot ${op} of points that are not finite: value ${wrong} is ${values[wrong]}`,
    );
  }
}

/** The most points in a leaf of the tree. */
const LEAF = 8;

/** The tree of some points, in O(n log n) on average. */
export function kdTree(points: Points): KdTree {
  const { values, dimensions } = points, n = countOf(points);
  let leaves = 1;
  while (Math.ceil(n / leaves) > LEAF) leaves *= 2;

  // Node i has a range of `order`. Its children 2i and 2i + 1 have the halves of that range, split
  // at the median of its widest dimension. `bounds` has two corners of the smallest box around its
  // points: the least coordinates, then the largest.
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const bounds = new Float64Array(2 * leaves * 2 * dimensions);
  build(1, 0, n);
  const sorted = new Float64Array(n * dimensions);
  order.forEach((point, i) => sorted.set(rowOf(points, point), i * dimensions));

  function build(node: number, start: number, end: number): void {
    const low = 2 * node * dimensions, high = low + dimensions;
    let widest = 0;
    for (let d = 0; d < dimensions; d++) {
      let least = Infinity, most = -Infinity;
      for (let i = start; i < end; i++) {
        const value = values[order[i] * dimensions + d];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      bounds[low + d] = least;
      bounds[high + d] = most;
      if (most - least > bounds[high + widest] - bounds[low + widest]) widest = d;
    }
    if (end - start <= LEAF) return;
    const middle = (start + end) >> 1;
    select(start, end, middle, widest);
    build(2 * node, start, middle);
    build(2 * node + 1, middle, end);
  }

  /**
   * Orders a range so that no point before the k-th has a greater coordinate d, and none after it a
   * lesser one (Hoare, 1961). With a sort instead, the tree of 100,000 points takes two to four
   * times as long.
   */
  function select(start: number, end: number, k: number, d: number): void {
    const valueAt = (i: number) => values[order[i] * dimensions + d];
    let low = start, high = end - 1;
    while (low < high) {
      const pivot = valueAt((low + high) >> 1);
      let i = low, j = high;
      while (i <= j) {
        while (valueAt(i) < pivot) i++;
        while (valueAt(j) > pivot) j--;
        if (i > j) break;
        const point = order[i];
        order[i++] = order[j];
        order[j--] = point;
      }
      if (k <= j) high = j;
      else if (k >= i) low = i;
      else return;
    }
  }

  // The state of a query, shared by all so that none allocates.
  const query = new Float64Array(dimensions);
  let nearest = new Float64Array(0), radius = 0, count = 0;

  /** The distance of the query to a box, whose corners begin at two places of an array. */
  function distanceTo(corners: Float64Array, low: number, high: number): number {
    let distance = 0;
    for (let d = 0; d < dimensions; d++) {
      distance = Math.max(distance, corners[low + d] - query[d], query[d] - corners[high + d]);
    }
    return distance;
  }
  const distanceToNode = (node: number): number =>
    distanceTo(bounds, 2 * node * dimensions, (2 * node + 1) * dimensions);
  const distanceToPoint = (i: number): number => distanceTo(sorted, i * dimensions, i * dimensions);

  function search(node: number, start: number, end: number): void {
    const last = nearest.length - 1;
    if (end - start <= LEAF) {
      for (let i = start; i < end; i++) {
        const distance = distanceToPoint(i);
        if (distance >= nearest[last]) continue;
        let place = last;
        for (; place > 0 && nearest[place - 1] > distance; place--) {
          nearest[place] = nearest[place - 1];
        }
        nearest[place] = distance;
      }
      return;
    }
    const middle = (start + end) >> 1;
    const left = distanceToNode(2 * node), right = distanceToNode(2 * node + 1);
    // The nearer half first. What is found there may rule out the other one.
    if (left <= right && left < nearest[last]) search(2 * node, start, middle);
    if (right < nearest[last]) search(2 * node + 1, middle, end);
    if (left > right && left < nearest[last]) search(2 * node, start, middle);
  }

  function tally(node: number, start: number, end: number): void {
    const low = 2 * node * dimensions, high = low + dimensions;
    let isInside = true;
    for (let d = 0; d < dimensions; d++) {
      const below = bounds[low + d] - query[d], above = query[d] - bounds[high + d];
      if (below >= radius || above >= radius) return;
      if (-below >= radius || -above >= radius) isInside = false;
    }
    if (isInside) {
      count += end - start;
    } else if (end - start <= LEAF) {
      rows: for (let at = start * dimensions; at < end * dimensions; at += dimensions) {
        for (let d = 0; d < dimensions; d++) {
          if (Math.abs(sorted[at + d] - query[d]) >= radius) continue rows;
        }
        count++;
      }
    } else {
      const middle = (start + end) >> 1;
      tally(2 * node, start, middle);
      tally(2 * node + 1, middle, end);
    }
  }

  return {
    neighbourDistance(point, k) {
      query.set(rowOf(points, point));
      // The point itself is found, too, at distance 0: its k-th neighbour is one place further.
      if (nearest.length !== k + 1) nearest = new Float64Array(k + 1);
      nearest.fill(Infinity);
      search(1, 0, n);
      return nearest[k];
    },
    countWithin(point, within) {
      query.set(rowOf(points, point));
      radius = within;
      count = 0;
      tally(1, 0, n);
      return count;
    },
  };
}

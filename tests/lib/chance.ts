/**
 * Chi-square: whether what should be equally likely is.
 *
 * @module
 */
import { assert, assertGreater, assertLess } from "@std/assert";
import { incompleteGamma, meanOf, SIGMAS, zOfCorrelation } from "../statistics.ts";

/** Settings of {@linkcode assertEven} where the counts have more sums in common than their total. */
export interface Freedom {
  /** How many counts can be chosen; one less than there are unless given. */
  readonly degrees?: number;
  /** What makes the sum of (n − n̄)²/n̄ have that mean. */
  readonly factor?: number;
}

/** Asserts that cells are equally likely: neither too uneven by chi-square, nor too even. */
export function assertEven(
  counts: ArrayLike<number>,
  what: string,
  { degrees = counts.length - 1, factor = 1 }: Freedom = {},
): void {
  const expected = meanOf(counts);
  assertGreater(expected, 20, `${what}: too few draws to tell`);
  const statistic = factor *
    Array.from(counts).reduce((total, n) => total + (n - expected) ** 2 / expected, 0);
  const p = incompleteGamma(degrees / 2, statistic / 2);
  assert(p > 1e-6 && p < 1 - 1e-6, `${what}: χ² ${statistic} of ${degrees} degrees, P = ${p}`);
}
/** How often each of some cells was met. */
export function countCells(cells: number, n: number, cellOf: (i: number) => number): Float64Array {
  const counts = new Float64Array(cells);
  for (let i = 0; i < n; i++) counts[cellOf(i)]++;
  return counts;
}
/** Asserts that two sequences of uniform numbers know nothing of each other: correlation, and χ² of 16 × 16 squares. */
export function assertIndependent(x: ArrayLike<number>, y: ArrayLike<number>, what: string): void {
  assertLess(Math.abs(zOfCorrelation(x, y)), SIGMAS, what);
  const bin = (u: number) => Math.floor(16 * u);
  assertEven(countCells(256, x.length, (i) => 16 * bin(x[i]) + bin(y[i])), what);
}

/**
 * Mutual information of discrete pairs by counting.
 *
 * @module
 */
import type { Points } from "../../../lib/information/mod.ts";
import { type Measured, measured } from "../statistics/measured.ts";

/** The number of times that each row occurs, and the row of each draw as a text. */
export interface Counted {
  readonly rows: readonly string[];
  readonly times: ReadonlyMap<string, number>;
}

/** Counts the rows of draws. */
export function countRows({ values, dimensions }: Points): Counted {
  const rows = Array.from(
    { length: values.length / dimensions },
    (_, i) => values.subarray(i * dimensions, (i + 1) * dimensions).join(),
  );
  return { rows, times: countsOf(rows) };
}

/** The pairs of two lists of rows. */
export function countPairs(a: Counted, b: Counted): Counted {
  const rows = a.rows.map((row, i) => `${row} ${b.rows[i]}`);
  return { rows, times: countsOf(rows) };
}

function countsOf(rows: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const row of rows) times.set(row, (times.get(row) ?? 0) + 1);
  return times;
}

/**
 * I(X;Z) by the frequencies of values, Σ p ln p(x, z)/p(x)p(z), less the bias (A·B − A − B + 1)/2n
 * of A values of x, B of z and A·B pairs (Miller, 1955; Panzeri and Treves, 1996). Only pairs that
 * occur are counted, so the bias is subtracted for those.
 */
export function countedInformation(x: Counted, z: Counted): Measured {
  const n = x.rows.length, pairs = countPairs(x, z);
  const terms = Float64Array.from(pairs.rows, (pair, i) => {
    const [both, ofX, ofZ] = [
      pairs.times.get(pair)!,
      x.times.get(x.rows[i])!,
      z.times.get(z.rows[i])!,
    ];
    return Math.log(both * n / (ofX * ofZ));
  });
  const { value, standardError } = measured(terms);
  const bias = (pairs.times.size - x.times.size - z.times.size + 1) / (2 * n);
  return { value: value - bias, standardError };
}

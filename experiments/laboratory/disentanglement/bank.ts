/**
 * A finite set of encoded images as the population that images with a chosen factor are drawn from.
 *
 * @module
 */
import { columnsOf, countOf, type FactorSample, type Rows, rowsOf } from "./sample.ts";
import type { Population } from "./votes.ts";

/**
 * The population of a sample: each of its images is equally likely, and has the code that it has
 * there. Factors that depend on each other in the sample do so in the population, too. Nothing is
 * encoded again, so 10,000 images serve hundreds of thousands of draws.
 */
export function populationOf({ codes, values, factors }: FactorSample): Population {
  const rows = rowsOf(values), { width } = codes;
  /** The number of a combination of factor values, with the last factor changing fastest. */
  const numberOf = (row: readonly number[]) =>
    factors.reduce((number, { size }, k) => number * size + row[k], 0);
  const imageOf = new Map(rows.map((row, i) => [numberOf(row), i]));
  const columns = columnsOf(codes);
  return {
    factors,
    draw: (random) => rows[Math.floor(random() * rows.length)],
    encode(chosen: Rows): Rows {
      const found = new Float64Array(countOf(chosen) * width);
      rowsOf(chosen).forEach((row, i) => {
        const image = imageOf.get(numberOf(row))!;
        for (const [j, column] of columns.entries()) found[i * width + j] = column[image];
      });
      return { values: found, width };
    },
  };
}

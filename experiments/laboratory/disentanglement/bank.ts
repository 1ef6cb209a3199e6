/**
 * A finite set of encoded images as the population that images with a chosen factor are drawn from.
 *
 * @module
 */
import { columnsOf, countOf, type FactorSample, type Rows } from "./sample.ts";
import type { Population } from "./votes.ts";

/**
 * The population of a sample: each of its images is equally likely, and has the code that it has
 * there. Factors that depend on each other in the sample do so in the population, too. Nothing is
 * encoded again, so 10,000 images serve hundreds of thousands of draws.
 */
export function populationOf({ codes, values, factors }: FactorSample): Population {
  const count = countOf(values), { width } = values;
  const rows = Array.from(
    { length: count },
    (_, i) => Array.from({ length: width }, (_, k) => values.values[i * width + k]),
  );
  /** The number of a combination of factor values, with the last factor changing fastest. */
  const numberOf = (row: ArrayLike<number>, start = 0) =>
    factors.reduce((number, { size }, k) => number * size + row[start + k], 0);
  const imageOf = new Map(rows.map((row, i) => [numberOf(row), i]));
  const columns = columnsOf(codes);
  return {
    factors,
    draw: (random) => rows[Math.floor(random() * count)],
    encode({ values }: Rows): Rows {
      const found = new Float64Array(values.length / width * codes.width);
      for (let i = 0; i < values.length / width; i++) {
        const image = imageOf.get(numberOf(values, i * width))!;
        for (const [j, column] of columns.entries()) found[i * codes.width + j] = column[image];
      }
      return { values: found, width: codes.width };
    },
  };
}

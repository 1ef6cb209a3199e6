/**
 * Correlated factors: a data set without some combinations, so that its factors depend on each
 * other, as the paper's second experiment has them.
 *
 * @module
 */

import { classesOf, countCombinations, type Factors } from "./factors.ts";
import { mersenneTwister } from "./mersenne_twister.ts";

/** The combinations that go. */
export interface Removal {
  /** The number of blocks that the values of each factor are divided into, or one block a value. */
  blocks: number;
  /** The probability that a pair of blocks of two factors goes. */
  probability: number;
  seed: number;
}

/** The removal of the data set `ds_corr`. */
export const REMOVAL: Removal = { blocks: 4, probability: 0.15, seed: 42 };

/** A table for two factors: whether the values [i, j] are still found together, row-major. */
interface PairTable {
  readonly first: number;
  readonly second: number;
  readonly stays: readonly boolean[];
}

/**
 * The numbers of the images that stay, in order. An image goes if the values of any two of its
 * factors are in a pair of blocks that went.
 *
 * Pairs of factors come in the order (0, 1), (0, 2), …, (1, 2), …; the pairs of their blocks row by
 * row. Each pair of blocks draws a number in [0, 1) and goes if that is below the probability.
 */
export function correlatedNumbers(factors: Factors, removal: Removal): Uint32Array<ArrayBuffer> {
  const { sizes } = factors;
  const tables = pairTables(factors, removal);
  return Uint32Array.from(iterate());

  function* iterate(): Generator<number> {
    const count = countCombinations(factors);
    for (let number = 0; number < count; number++) {
      const classes = classesOf(factors, number);
      const stays = tables.every(({ first, second, stays }) =>
        stays[classes[first] * sizes[second] + classes[second]]
      );
      if (stays) yield number;
    }
  }
}

function pairTables({ sizes }: Factors, { blocks, probability, seed }: Removal): PairTable[] {
  const draw = mersenneTwister(seed);
  const block = sizes.map((size) => blockOfEach(size, Math.min(blocks, size)));
  const tables: PairTable[] = [];
  for (let first = 0; first < sizes.length; first++) {
    for (let second = first + 1; second < sizes.length; second++) {
      const [rows, columns] = [first, second].map((factor) => block[factor].at(-1)! + 1);
      const drawn = Array.from({ length: rows * columns }, () => draw() >= probability);
      const stays = block[first].flatMap((i) => block[second].map((j) => drawn[i * columns + j]));
      tables.push({ first, second, stays });
    }
  }
  return tables;
}

/** The block of each value: blocks of neighbours, the first ones longer by one if need be. */
function blockOfEach(size: number, blocks: number): number[] {
  const longer = size % blocks;
  const length = Math.floor(size / blocks);
  return Array.from({ length: blocks }, (_, i) => Array(length + (i < longer ? 1 : 0)).fill(i))
    .flat();
}

/**
 * The total correlation of the factors in nats, if each of the given images is equally likely: the
 * entropies of the single factors less the entropy of all together (Watanabe, 1960). It is 0 if all
 * combinations are there.
 */
export function totalCorrelation(factors: Factors, numbers: Uint32Array): number {
  const { length: total } = numbers;
  const counts = factors.sizes.map((size) => new Float64Array(size));
  for (const number of numbers) {
    classesOf(factors, number).forEach((value, factor) => counts[factor][value]++);
  }
  const entropy = (times: Float64Array) =>
    times.reduce((sum, n) => n === 0 ? sum : sum - n / total * Math.log(n / total), 0);
  return counts.reduce((sum, times) => sum + entropy(times), 0) - Math.log(total);
}

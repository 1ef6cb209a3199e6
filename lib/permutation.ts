/**
 * Random orders.
 *
 * @module
 */
import { checkOptions } from "./checks.ts";
import { add, cast, greaterEqual, less, max, min, mul, sub, where } from "./ops/elementwise.ts";
import { checkIndices, iota } from "./ops/indexing.ts";
import { broadcastTo, expandDims, reshape } from "./ops/linear.ts";
import { slice } from "./ops/slicing.ts";
import { type Key, MOST, randomBits, randomInts, split } from "./random.ts";
import { shapeError } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A random order of 0 … n − 1, int32 [n].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, permutation, sort } from "@echograd/echograd";
 * assertEquals([...await sort(permutation(key(1), 4)).read()], [0, 1, 2, 3]);
 * ```
 */
export const permutation = (key: Key, n: number): Tensor => reshape(permutations(key, 1, n), [n]);

/** Settings of {@linkcode permutations}. */
export interface PermutationOptions {
  /**
   * For each row, the one number to leave out, int32 [rows]; none unless given. The rows then have
   * n − 1 elements.
   */
  readonly exclude?: Tensor;
  /** The number of elements of each random order, the first ones; all unless given. */
  readonly take?: number;
}

/**
 * Independent random orders of 0 … n − 1, one in each row: int32 [rows, n], n at most 2²⁰.
 *
 * Nothing is sorted: element i of a row is a bijection of i, the swap-or-not shuffle (Hoang, Morris
 * and Rogaway, CRYPTO 2012). Each round pairs x with k − x mod n for a random k, and a random bit
 * decides whether the two change places. The bit is the top bit of a·max(x, partner) + b for random
 * words a and b: any two pairs get independent bits (Dietzfelbinger, STACS 1996).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, permutations, tensor } from "@echograd/echograd";
 * const exclude = tensor([0, 2], { dtype: "int32" });
 * const [a, b, c, d] = await permutations(key(1), 2, 3, { exclude }).read();
 * assertEquals([new Set([a, b]), new Set([c, d])], [new Set([1, 2]), new Set([0, 1])]);
 * ```
 */
export function permutations(
  key: Key,
  rows: number,
  n: number,
  options: PermutationOptions = {},
): Tensor {
  checkOptions("draw permutations", options, "exclude", "take");
  const { exclude, take } = options;
  const size = exclude === undefined ? n : n - 1;
  const count = take ?? size;
  if (!(Number.isInteger(n) && n >= 1 && n <= MOST && count <= size)) {
    throw new RangeError(
      `Cannot draw ${count} of ${size} numbers without replacement: n must be from 1 to 2^20, and no more can be drawn`,
    );
  }
  const shape = [rows, count];
  let x = iota(shape, 1, "uint32");
  if (size > 1 && count > 0) {
    // After log₂ n rounds a number may be anywhere. With 8 more rounds instead of 20, 20 million
    // orders of 4 are not uniform.
    const rounds = 20 + 3 * Math.ceil(Math.log2(size));
    const [pairing, choosing] = split(key);
    const offsets = cast(randomInts(pairing, [rounds, rows, 1], size), "uint32");
    const [factors, shifts] = randomBits(choosing, [rounds, rows, 1]);
    for (let round = 0; round < rounds; round++) {
      const ofRound = (table: Tensor) =>
        broadcastTo(reshape(slice(table, [round, 0, 0], [1, rows, 1]), [rows, 1]), shape);
      const difference = sub(ofRound(offsets), x);
      const partner = min(difference, add(difference, size)); // a negative difference is above 2³¹ as uint32
      const hash = add(mul(max(x, partner), ofRound(factors)), ofRound(shifts));
      x = where(less(cast(hash, "int32"), 0), partner, x);
    }
  }
  const order = cast(x, "int32");
  if (exclude === undefined) return order;
  if (exclude.rank !== 1 || exclude.size !== rows) {
    throw shapeError`Cannot exclude ${exclude.shape}: one number for each of ${rows} rows`;
  }
  checkIndices("exclude", exclude, n);
  return add(order, cast(greaterEqual(order, expandDims(exclude, 1)), "int32"));
}

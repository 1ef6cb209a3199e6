/**
 * Sums of many float32, in their order: 16 terms make a block, 16 blocks a larger block, and so on.
 * A late term is thus added to a sum of few terms instead of a sum of all before it, and the error
 * grows with the logarithm of the number of terms instead of the number. (A compensated sum would
 * need fewer variables, but GPU compilers may cancel it out.)
 *
 * Worked example: before the 300th term there are 18 full blocks of 16, and 16 of these are one
 * block of 256. Three sums are under way: of the terms 1 … 256, 257 … 288 and 289 … 299.
 *
 * @module
 */
import type { DType } from "./formula.ts";

/** Terms of a block, and blocks of a larger one. */
export const BLOCK = 16;
/** The largest number of terms that are added up without blocks. */
const SHORT = 128;

/**
 * The number of sums under way for at most `most` terms: of terms, of blocks, of blocks of blocks,
 * …
 */
export function levelsOf(dtype: DType, most: number): number {
  let levels = 1;
  if (dtype === "float32" && most > SHORT) {
    for (let n = BLOCK; n < most; n *= BLOCK) levels++;
  }
  return levels;
}

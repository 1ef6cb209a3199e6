/**
 * Sums of many float32, in their order: 16 terms make a block, 16 blocks a larger one, and so on. So a number is never added
 * to one that is much larger only because it came late, and the error grows with the logarithm of the number of terms, not
 * with the number. (A compensated sum would need fewer variables, but the compilers of GPUs may cancel it out.)
 *
 * Worked example: the 300th term finds 18 blocks of 16, of which 16 are one block of 256: the sums so far are those of the
 * terms 1 … 256, 257 … 288 and 289 … 299.
 *
 * @module
 */
import type { DType } from "./formula.ts";

/** Terms of a block, and blocks of a larger one. */
export const BLOCK = 16;
/** So many terms are added up without blocks. */
const SHORT = 128;

/** How many sums are under way for at most so many terms: of the terms, of blocks, of blocks of blocks, … */
export function levelsOf(dtype: DType, most: number): number {
  let levels = 1;
  if (dtype === "float32" && most > SHORT) {
    for (let n = BLOCK; n < most; n *= BLOCK) levels++;
  }
  return levels;
}

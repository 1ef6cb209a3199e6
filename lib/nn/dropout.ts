/**
 * Dropout: noise that leaves out units at random during training.
 *
 * @module
 */
import { full } from "../create.ts";
import { mul, where } from "../ops/elementwise.ts";
import { requireDType } from "../ops/primitive.ts";
import { bernoulli, type Key } from "../random.ts";
import { describe } from "../checks.ts";
import type { Tensor } from "../tensor.ts";

/**
 * x with each element replaced by 0 with probability `rate`, and the others divided by 1 − rate, so
 * that the mean stays (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 2014).
 * Leave it out, or use rate 0, for evaluation.
 *
 * @param rate the probability of 0, from 0 to below 1
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dropout, key, ones } from "@echograd/echograd";
 * const y = await dropout(key(1), ones([1000]), 0.5).read();
 * assertEquals(new Set(y), new Set([0, 2]));
 * ```
 * @throws {TypeError} where x is not float32; {RangeError} where the rate is out of range.
 */
export function dropout(key: Key, x: Tensor, rate: number): Tensor {
  requireDType("dropout", x, "float32");
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(
      `Cannot dropout at rate ${describe(rate)}: a rate is a number from 0 to below 1`,
    );
  }
  if (rate === 0) return x;
  return where(bernoulli(key, full(x.shape, 1 - rate)), mul(x, 1 / (1 - rate)), 0);
}

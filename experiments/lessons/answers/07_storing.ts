/**
 * The answers of lesson 7.
 *
 * @module
 */
import { exp, expandDims, mul, sum, type Tensor } from "../../../mod.ts";

/** From how many readers on an op is stored: cost · n · (readers − 1) > 2000 + 4 · n. */
export const readers: readonly number[] = [
  4, // 1200 · 2 = 2400 is not more than 2400; 1200 · 3 is
  3, // 2400 · 2 > 2800
  8, // 400 · 6 = 2400 is not more than 2400; 400 · 7 is
  3, // 4000 · 2 > 6000
];

/** A sum folds the formula of what it adds up: no table. */
export const light = (x: Tensor): Tensor =>
  sum(mul(exp(mul(expandDims(x, 1), expandDims(x, 0))), x), { axis: 1 });

/**
 * The answers of lesson 10.
 *
 * @module
 */
import { div, log1p, mean, mul, neg, square, sum, type Tensor } from "../../../mod.ts";

/** The numbers of pairs. */
export const numbers: readonly number[] = [
  149, // e⁵ = 148.4
  256, // the next power of two: I is so far above ln N that hardly anything is lost
];

/** The information of jointly normal x and z, from the correlation of each dimension. */
export function gaussian(x: Tensor, z: Tensor): Tensor {
  const average = (a: Tensor, b: Tensor) => mean(mul(a, b), { axis: 0 });
  const correlation = div(square(average(x, z)), mul(average(x, x), average(z, z)));
  return mul(sum(log1p(neg(correlation))), -0.5);
}

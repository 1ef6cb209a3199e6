/**
 * The maximum mean discrepancy: a distance of two distributions, estimated from samples of each
 * with a kernel (Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A kernel two-sample test", JMLR
 * 2012).
 *
 * @module
 */
import { add, equal, expm1, mul, sub, where } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { matmul } from "../ops/matmul.ts";
import { expandDims, sum, transpose } from "../ops/linear.ts";
import { requireTensors } from "../ops/primitive.ts";
import { checkOptions, describe } from "../checks.ts";
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Settings of {@linkcode squaredMmd}. */
export interface MmdOptions {
  /**
   * h of the kernel exp(−‖a − b‖²/h); the squared dimension unless given, as in InfoVAE (Zhao, Song
   * and Ermon, 2017).
   */
  readonly bandwidth?: number;
  /**
   * `unbiased` leaves out the kernel of each point with itself. Its mean is right, but a value may
   * be below 0. `biased`, a V-statistic, keeps it. Its values are never below 0, and above it by
   * O(1/n) for samples of one distribution. Unbiased unless given.
   */
  readonly estimator?: "unbiased" | "biased";
}

/**
 * The squared MMD of two distributions, E k(a, a′) + E k(b, b′) − 2 E k(a, b), from samples a [n,
 * dimensions] and b [m, dimensions]; a scalar.
 *
 * Distances are computed by a matrix product, so ‖a − b‖² has the rounding error of ‖a‖² + ‖b‖².
 *
 * @throws {ShapeError} where the samples are not points of one space; {RangeError} where the
 * bandwidth is not positive, or there are too few points: one for the biased estimator, two for the
 * unbiased one.
 */
export function squaredMmd(
  a: Tensor,
  b: Tensor,
  options: MmdOptions = {},
): Tensor {
  requireTensors("take an MMD of", [a, b]);
  checkOptions("take an MMD", options, "bandwidth", "estimator");
  const { bandwidth = a.shape[1] ** 2, estimator = "unbiased" } = options;
  if (a.rank !== 2 || b.rank !== 2 || a.shape[1] !== b.shape[1]) {
    throw shapeError`Cannot compare samples ${a.shape} and ${b.shape} by MMD: both must be [n, dimensions]`;
  }
  if (!(bandwidth > 0)) {
    throw new RangeError(`Cannot take an MMD with bandwidth ${bandwidth}: it must be positive`);
  }
  const least = { unbiased: 2, biased: 1 }[estimator];
  if (least === undefined) {
    throw new RangeError(
      `Cannot take an MMD by estimator ${describe(estimator)}: it is unbiased or biased`,
    );
  }
  const [n, m] = [a.shape[0], b.shape[0]];
  if (Math.min(n, m) < least) {
    throw new RangeError(
      `Cannot estimate an MMD of ${n} and ${m} points: the ${estimator} estimator needs at least ${least} of each`,
    );
  }
  // The kernel enters as k − 1. The ones cancel, and a wide kernel, which is near 1 everywhere,
  // keeps its digits. The diagonal adds 0, so the two estimators differ only in their divisors.
  const within = (x: Tensor) => {
    const count = x.shape[0];
    const [row, column] = [iota([count, count], 0), iota([count, count], 1)];
    const others = where(equal(row, column), 0, kernelMinusOne(x, x, bandwidth));
    return mul(sum(others), 1 / (count * (estimator === "unbiased" ? count - 1 : count)));
  };
  const between = mul(sum(kernelMinusOne(a, b, bandwidth)), 2 / (n * m));
  return sub(add(within(a), within(b)), between);
}

/** exp(−‖a − b‖²/h) − 1 for all pairs, [n, m]. */
function kernelMinusOne(a: Tensor, b: Tensor, bandwidth: number): Tensor {
  const squares = (x: Tensor) => sum(mul(x, x), { axis: 1 });
  const norms = add(expandDims(squares(a), 1), squares(b));
  const distances = sub(norms, mul(matmul(a, transpose(b)), 2));
  return expm1(mul(distances, -1 / bandwidth));
}

/**
 * Mutual information of Gaussians by canonical correlations: no neighbours, no training, no density.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { ShapeError } from "../shape.ts";
import { digamma } from "./digamma.ts";
import { checkPoints, countOf, type Points } from "./kd_tree.ts";
import type { Estimate } from "./neighbours.ts";
import { singularValues } from "./singular_values.ts";
import { orthonormal } from "./spread.ts";

/** Settings of {@linkcode canonicalInformation}. */
export interface CanonicalOptions {
  /** Whether to subtract the bias of a small sample; true unless given. */
  readonly corrected?: boolean;
}

/** A pair of directions counts as a linear function of each other above this correlation. */
const MOST = 1 - 1e-12;

/**
 * The mutual information I(X;Y) of n joint draws of a Gaussian, by the canonical correlations ρᵢ
 * of x and y (Hotelling, "Relations between two sets of variates", 1936):
 *
 *     −½ Σ ln(1 − ρᵢ²).
 *
 * - *Bias*: sample correlations are too large, which adds about d_x·d_y/2n. For Gaussian draws the
 *   bias is known exactly from the mean of a Wishart matrix's log-determinant, whatever the ρᵢ are:
 *   ½ (s(d_x) + s(d_y) − s(d_x + d_y)) with s(d) = Σ ψ((n − i)/2) over i from 1 to d. It is
 *   subtracted, so the result may be below 0.
 * - *Variance*: Σ ρᵢ²/n for Gaussians.
 * - *Range*: any dimensions, if n is well above their number; any I. Where draws are not Gaussian
 *   it sees linear dependence only: of y = x² for a symmetric x it sees nothing. It does not depend
 *   on invertible linear maps of x or of y.
 *
 * Constant columns, and columns that are linear functions of those before them, change nothing.
 *
 * @param x draws of X, [n, dimensions]
 * @param y draws of Y, [n, dimensions]
 * @throws {ShapeError} where x and y differ in the number of points; {RangeError} where n is not
 * above the number of columns plus 1, or a correlation is 1: the information is infinite.
 */
export function canonicalInformation(
  x: Points,
  y: Points,
  options: CanonicalOptions = {},
): Estimate {
  const op = "correlate";
  checkOptions(op, options, "corrected");
  for (const points of [x, y]) checkPoints(points, op);
  const n = countOf(x);
  if (countOf(y) !== n) {
    throw new ShapeError(`Cannot ${op} ${n} and ${countOf(y)} points: they come in pairs`);
  }
  const [ofX, ofY] = [orthonormal(x), orthonormal(y)];
  const columns = ofX.length + ofY.length;
  if (n < columns + 2) {
    throw new RangeError(
      `Cannot ${op} ${n} points of ${columns} columns: there must be at least ${columns + 2}`,
    );
  }
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const { values, left, right } = singularValues(ofX.map((a) => ofY.map((b) => dot(a, b))));
  const terms = new Float64Array(n);
  let nats = 0;
  values.forEach((correlation, k) => {
    if (correlation > MOST) {
      throw new RangeError(
        `Cannot ${op} points of which x fixes a direction of y: the information is infinite`,
      );
    }
    const square = correlation ** 2, own = -Math.log1p(-square) / 2;
    nats += own;
    // Canonical variates have variance 1; the term of a draw is log p(u, v)/p(u)p(v).
    const u = combined(ofX, left[k]), v = combined(ofY, right[k]);
    for (let i = 0; i < n; i++) {
      const spread = n * (correlation * u[i] * v[i] - square * (u[i] ** 2 + v[i] ** 2) / 2);
      terms[i] += own + spread / (1 - square);
    }
  });
  const bias = options.corrected === false ? 0 : biasOf(n, ofX.length, ofY.length);
  const off = terms.reduce((sum, t) => sum + (t - nats) ** 2, 0);
  return {
    nats: nats - bias,
    standardError: Math.sqrt(off / (n - 1) / n),
    terms: terms.map((t) => t - bias),
  };
}

/** The mean error of −½ Σ ln(1 − ρᵢ²) for n Gaussian draws. */
function biasOf(n: number, x: number, y: number): number {
  const sum = (d: number) => {
    let total = 0;
    for (let i = 1; i <= d; i++) total += digamma((n - i) / 2);
    return total;
  };
  return (sum(x) + sum(y) - sum(x + y)) / 2;
}

/** The sum of vectors with the given weights. */
function combined(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const total = new Float64Array(vectors[0].length);
  vectors.forEach((vector, k) => vector.forEach((value, i) => total[i] += weights[k] * value));
  return total;
}

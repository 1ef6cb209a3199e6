/**
 * Metrics of the covariance of codes, which need no factors (Locatello et al., "Challenging common
 * assumptions in the unsupervised learning of disentangled representations", ICML 2019, section
 * 5.2). Both compare the Gaussian with the codes' covariance Σ with the one whose dimensions are
 * independent, of covariance D = diag(Σ).
 *
 * @module
 */
import { meanOf } from "../statistics/summary.ts";
import { eigenvalues } from "../statistics/eigenvalues.ts";
import { columnsOf, countOf, isConstant, type Rows } from "./sample.ts";

/** The covariances of the columns that vary, with n − 1 in the denominator. */
function covariance(codes: Rows): number[][] {
  const columns = columnsOf(codes).filter((column) => !isConstant(column));
  const centred = columns.map((column) => {
    const centre = meanOf(column);
    return column.map((value) => value - centre);
  });
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  return centred.map((a) => centred.map((b) => product(a, b) / (countOf(codes) - 1)));
}

/** Rounding gives a singular correlation matrix eigenvalues of this size. */
const SINGULAR = 1e-13;

/**
 * The total correlation of the Gaussian with the covariance of the codes, ½(log |D| − log |Σ|), in
 * nats: 0 for uncorrelated dimensions, infinite if one is a linear function of the others. Constant
 * dimensions are independent of all and are left out.
 */
export function gaussianTotalCorrelation(codes: Rows): number {
  const of = covariance(codes);
  const correlation = of.map((row, i) => row.map((c, j) => c / Math.sqrt(of[i][i] * of[j][j])));
  const logs = eigenvalues(correlation).map((value) =>
    value < SINGULAR ? -Infinity : Math.log(value)
  );
  return Math.max(0, -0.5 * logs.reduce((sum, log) => sum + log, 0));
}

/**
 * The squared 2-Wasserstein distance of the two Gaussians, 2 tr Σ − 2 tr (D^½ΣD^½)^½, in squared
 * units of the code: 0 for uncorrelated dimensions. It grows with the square of the code's scale,
 * so it compares no codes of different scales.
 */
export const wassersteinCorrelation = (codes: Rows): number => distanceOf(covariance(codes));

/**
 * The Wasserstein correlation divided by the sum of the codes' variances, tr Σ: from 0 for
 * uncorrelated dimensions to 2 − 2/√d, for d dimensions that are all the same; 0 for constant codes.
 */
export function normalisedWasserstein(codes: Rows): number {
  const of = covariance(codes);
  return of.length === 0 ? 0 : distanceOf(of) / traceOf(of);
}

const traceOf = (matrix: readonly (readonly number[])[]): number =>
  matrix.reduce((sum, row, i) => sum + row[i], 0);

function distanceOf(of: readonly (readonly number[])[]): number {
  const scaled = of.map((row, i) => row.map((c, j) => c * Math.sqrt(of[i][i] * of[j][j])));
  const roots = eigenvalues(scaled).map((value) => Math.sqrt(Math.max(0, value)));
  return Math.max(0, 2 * traceOf(of) - 2 * roots.reduce((sum, root) => sum + root, 0));
}

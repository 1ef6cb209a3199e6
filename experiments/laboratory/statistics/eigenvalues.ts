/**
 * Eigenvalues of small symmetric matrices, by Jacobi's method.
 *
 * @module
 */

/** Sweeps after which it must have converged; ten are more than a matrix of 100 rows needs. */
const MOST_SWEEPS = 60;

/**
 * The eigenvalues of a symmetric matrix, in no order. Each rotation of two rows and columns makes
 * one pair of elements 0; what is off the diagonal shrinks until the diagonal holds the eigenvalues
 * (Golub and Van Loan, "Matrix Computations", section 8.5).
 */
export function eigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  const size = Math.hypot(...a.flat());
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off = Math.max(off, Math.abs(a[i][j]));
    if (off <= 1e-16 * size) break;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) rotate(a, i, j);
  }
  return a.map((row, i) => row[i]);
}

/** Rotates rows and columns i and j so that a[i][j] becomes 0. */
function rotate(a: number[][], i: number, j: number): void {
  if (a[i][j] === 0) return;
  const ratio = (a[j][j] - a[i][i]) / (2 * a[i][j]);
  const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, t), s = t * c;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k][i], a[k][j]];
    [a[k][i], a[k][j]] = [c * x - s * y, s * x + c * y];
  }
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[i][k], a[j][k]];
    [a[i][k], a[j][k]] = [c * x - s * y, s * x + c * y];
  }
}

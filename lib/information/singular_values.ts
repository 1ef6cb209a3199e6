/**
 * Singular values of small matrices.
 *
 * @module
 */

/** A matrix as the sum over k of values[k] · left[k] · right[k]ᵀ. */
interface SingularValues {
  readonly values: readonly number[];
  /** Orthonormal vectors, one for each value above 0; zeros for a value of 0. */
  readonly left: readonly (readonly number[])[];
  readonly right: readonly (readonly number[])[];
}

/** Sweeps after which it must have converged; ten are more than a matrix of 100 columns needs. */
const MOST_SWEEPS = 60;

/**
 * The singular values of a matrix by one-sided Jacobi rotations (Hestenes, 1958): pairs of columns
 * are rotated until all are orthogonal; their lengths are the values.
 */
export function singularValues(matrix: readonly (readonly number[])[]): SingularValues {
  const count = matrix[0]?.length ?? 0;
  const columns = Array.from({ length: count }, (_, j) => matrix.map((row) => row[j]));
  const right = columns.map((_, j) => columns.map((_, i) => i === j ? 1 : 0));
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep++) {
    moved = false;
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const [a, b, c] = [
          dot(columns[i], columns[i]),
          dot(columns[j], columns[j]),
          dot(columns[i], columns[j]),
        ];
        if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) continue;
        moved = true;
        const ratio = (b - a) / (2 * c);
        const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cos = 1 / Math.hypot(1, t);
        for (const pair of [columns, right]) rotate(pair[i], pair[j], cos, cos * t);
      }
    }
  }
  const values = columns.map((column) => Math.sqrt(dot(column, column)));
  const left = columns.map((column, k) => column.map((v) => values[k] === 0 ? 0 : v / values[k]));
  return { values, left, right };
}

function rotate(a: number[], b: number[], cos: number, sin: number): void {
  a.forEach((value, i) => {
    a[i] = cos * value - sin * b[i];
    b[i] = sin * value + cos * b[i];
  });
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);

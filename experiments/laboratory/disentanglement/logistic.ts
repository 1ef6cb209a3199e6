/**
 * Logistic regression for several classes, by Newton's method.
 *
 * @module
 */
import { type Rows, rowsOf } from "./sample.ts";

/** Newton steps; about ten reach the last digits. */
const MOST_STEPS = 100;

/** A linear classifier. */
export interface Linear {
  /** [classes][width + 1]: the weights of each class, the last one its constant. */
  readonly weights: readonly Float64Array[];
  /** The class of the highest score for a row of features. */
  predict(row: ArrayLike<number>): number;
}

/**
 * Minimises Σ −log softmax(W·(x, 1))[class] + ½‖W‖² over W. The penalty, that of scikit-learn with
 * C = 1 but also on the constants, makes the minimum unique.
 *
 * @param features [rows, width]
 * @param classes the class of each row, from 0 to size − 1
 */
export function logisticRegression(
  features: Rows,
  classes: ArrayLike<number>,
  size: number,
): Linear {
  const own = features.width + 1;
  const rows = rowsOf(features).map((row) => Float64Array.of(...row, 1));
  let w = new Float64Array(size * own);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { loss, gradient, hessian } = derivatives(w, rows, classes, size);
    const direction = solve(hessian, gradient);
    const decrease = direction.reduce((sum, d, i) => sum + d * gradient[i], 0);
    if (decrease < 1e-12 * (1 + loss)) break;
    // Far from the minimum a whole step may overshoot: it is halved until the loss falls enough.
    let share = 1;
    const moved = () => w.map((x, i) => x - share * direction[i]);
    while (share > 1e-6 && lossOf(moved(), rows, classes, size) > loss - 1e-4 * share * decrease) {
      share /= 2;
    }
    w = moved();
  }
  const weights = Array.from({ length: size }, (_, c) => w.slice(c * own, (c + 1) * own));
  return {
    weights,
    predict(row) {
      const scores = scoresOf(w, Float64Array.from({ length: own }, (_, j) => row[j] ?? 1), size);
      return scores.indexOf(Math.max(...scores));
    },
  };
}

function scoresOf(w: Float64Array, row: Float64Array, size: number): number[] {
  return Array.from({ length: size }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < row.length; j++) sum += w[c * row.length + j] * row[j];
    return sum;
  });
}

/** log Σ e^score. */
function logSum(scores: readonly number[]): number {
  const most = Math.max(...scores);
  return most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
}

const penalty = (w: Float64Array): number => 0.5 * w.reduce((sum, x) => sum + x * x, 0);

function lossOf(
  w: Float64Array,
  rows: readonly Float64Array[],
  classes: ArrayLike<number>,
  size: number,
): number {
  return rows.reduce((sum, row, i) => {
    const scores = scoresOf(w, row, size);
    return sum + logSum(scores) - scores[classes[i]];
  }, penalty(w));
}

/** The loss, its gradient, and its Hessian: Σ (diag p − p·pᵀ) ⊗ x·xᵀ + I. */
function derivatives(
  w: Float64Array,
  rows: readonly Float64Array[],
  classes: ArrayLike<number>,
  size: number,
): { loss: number; gradient: Float64Array; hessian: Float64Array[] } {
  const own = rows[0].length;
  const gradient = w.slice();
  const hessian = Array.from({ length: w.length }, (_, i) => {
    const row = new Float64Array(w.length);
    row[i] = 1;
    return row;
  });
  let loss = penalty(w);
  for (const [i, row] of rows.entries()) {
    const scores = scoresOf(w, row, size), log = logSum(scores);
    const p = scores.map((score) => Math.exp(score - log));
    loss += log - scores[classes[i]];
    for (let a = 0; a < size; a++) {
      const error = p[a] - (classes[i] === a ? 1 : 0);
      for (let j = 0; j < own; j++) gradient[a * own + j] += error * row[j];
      for (let b = 0; b <= a; b++) {
        const curvature = p[a] * ((a === b ? 1 : 0) - p[b]);
        for (let j = 0; j < own; j++) {
          const line = hessian[a * own + j], factor = curvature * row[j];
          for (let k = 0; k < own; k++) line[b * own + k] += factor * row[k];
        }
      }
    }
  }
  return { loss, gradient, hessian };
}

/** Solves A·x = b for a positive definite A, of which the lower triangle is read, by Cholesky. */
function solve(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const lower = a.map((row) => row.slice());
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = lower[i][j];
      for (let k = 0; k < j; k++) rest -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
    x[i] /= lower[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

/**
 * The normal law with the mean and the covariance of draws. As a density in many dimensions it
 * compares laws by their first two moments.
 *
 * @module
 */
import { UserError } from "../../shell/errors.ts";

/** A normal law of several dimensions. */
export interface NormalLaw {
  readonly mean: Float64Array;
  /** The matrix W for which (code − mean)·W is N(0, I), [dimensions, dimensions]. */
  readonly whitening: Float64Array;
  /** log |det W|. */
  readonly logDeterminant: number;
  /** ‖(code − mean)·W‖², the squared Mahalanobis distance. */
  distance(code: ArrayLike<number>): number;
  /** The log-density in nats. */
  logDensity(code: ArrayLike<number>): number;
}

/**
 * Fits a normal law to draws.
 *
 * @param values one draw a row, [n, dimensions]
 * @throws {UserError} if the covariance is singular or not finite
 */
export function normalLaw(values: Float64Array, dimensions: number): NormalLaw {
  const n = values.length / dimensions;
  const mean = new Float64Array(dimensions);
  values.forEach((value, i) => mean[i % dimensions] += value / n);
  const covariance = new Float64Array(dimensions ** 2);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dimensions; i++) {
      const ofI = values[row * dimensions + i] - mean[i];
      for (let j = 0; j <= i; j++) {
        covariance[i * dimensions + j] += ofI * (values[row * dimensions + j] - mean[j]) / n;
      }
    }
  }
  const whitening = inverseTransposed(cholesky(covariance, dimensions), dimensions);
  const logDeterminant = Array.from(
    { length: dimensions },
    (_, i) => Math.log(whitening[i * (dimensions + 1)]),
  ).reduce((sum, value) => sum + value);

  function distance(code: ArrayLike<number>): number {
    let total = 0;
    for (let j = 0; j < dimensions; j++) {
      let sum = 0;
      for (let i = 0; i <= j; i++) sum += (code[i] - mean[i]) * whitening[i * dimensions + j];
      total += sum * sum;
    }
    return total;
  }
  const constant = logDeterminant - 0.5 * dimensions * Math.log(2 * Math.PI);
  return {
    mean,
    whitening,
    logDeterminant,
    distance,
    logDensity: (code) => constant - 0.5 * distance(code),
  };
}

/** The lower triangular L with L·Lᵀ = matrix. Only the lower triangle of the matrix is read. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      if (j < i) lower[i * size + j] = rest / lower[j * size + j];
      else if (rest > 0) lower[i * size + i] = Math.sqrt(rest);
      else {throw new UserError(
          `dimension ${i} of the noise is not finite, or depends linearly on the dimensions before it`,
        );}
    }
  }
  return lower;
}

/** The transposed inverse of a lower triangular matrix. */
function inverseTransposed(lower: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let i = column; i < size; i++) {
      let rest = i === column ? 1 : 0;
      for (let k = column; k < i; k++) rest -= lower[i * size + k] * result[column * size + k];
      result[column * size + i] = rest / lower[i * size + i];
    }
  }
  return result;
}

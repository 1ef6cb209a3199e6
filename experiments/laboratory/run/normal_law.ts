/**
 * The normal law of the mean and the covariance of some draws: a density by which laws in many dimensions can be compared, as
 * far as two moments tell them apart.
 *
 * @module
 */
import { UserError } from "../../shell/errors.ts";

/** A normal law of several dimensions. */
export interface NormalLaw {
  readonly mean: Float64Array;
  /** The matrix W of which (code − mean)·W is N(0, I), [dimensions, dimensions]. */
  readonly whitening: Float64Array;
  /** log |det W|. */
  readonly logDeterminant: number;
  /** ‖(code − mean)·W‖², the squared distance of Mahalanobis. */
  distance(code: ArrayLike<number>): number;
  /** In nats. */
  logDensity(code: ArrayLike<number>): number;
}

/**
 * The normal law of draws.
 *
 * @param values a draw a row, [n, dimensions]
 * @throws {UserError} where the draws do not vary in all directions
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

/** The lower triangular L of which L·Lᵀ is a matrix, of which the lower triangle is read. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      if (j < i) lower[i * size + j] = rest / lower[j * size + j];
      else if (rest > 0) lower[i * size + i] = Math.sqrt(rest);
      else {throw new UserError(
          `dimension ${i} of the noise is not finite, or does not vary beyond the others`,
        );}
    }
  }
  return lower;
}

/** (L⁻¹)ᵀ of a lower triangular L: upper triangular. */
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

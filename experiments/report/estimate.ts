/**
 * What several seeds say together.
 *
 * @module
 */

/** A mean and how far it may be off. */
export interface Estimate {
  readonly mean: number;
  /** The standard error of the mean; of one value alone nothing is known. */
  readonly error?: number;
}

/** The mean of at least one value with its standard error, by the deviation from the mean with n − 1. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value) / n;
  if (n === 1) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** An estimate with so many decimals: "111.40 ± 0.12". */
export function estimateText({ mean, error }: Estimate, decimals = 2): string {
  const text = mean.toFixed(decimals).replace("-", "−");
  return error === undefined ? text : `${text} ± ${error.toFixed(decimals)}`;
}

/**
 * Means of numbers that come in batches.
 *
 * @module
 */
import { type Measured, measured } from "./measured.ts";
import { meanOf } from "./summary.ts";

/**
 * The mean of numbers that may depend on each other within a batch, but not between batches. The
 * standard error is that of the means of the batches.
 *
 * @param batch the number of consecutive numbers in a batch
 */
export function measuredInBatches(values: Float64Array, batch = 1): Measured {
  if (batch === 1) return measured(values);
  const means = Float64Array.from(
    { length: values.length / batch },
    (_, i) => meanOf(values.subarray(i * batch, (i + 1) * batch)),
  );
  return { value: meanOf(values), standardError: measured(means).standardError };
}

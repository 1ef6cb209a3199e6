/**
 * A number that was measured, with its standard error.
 *
 * @module
 */

import { meanOf, standardError } from "./summary.ts";

/** An estimate of a number. */
export interface Measured {
  readonly value: number;
  /** NaN where it is unknown, as for the mean of a single number. */
  readonly standardError: number;
}

/** The mean of independent numbers. */
export const measured = (values: ArrayLike<number>): Measured => ({
  value: meanOf(values),
  standardError: standardError(values),
});

/** A text such as "111.40 ± 0.12", or "111.40" where the standard error is unknown. */
export function measuredText({ value, standardError }: Measured, decimals = 2): string {
  const rounded = Number(value.toFixed(decimals)) + 0; // + 0, so that −0.001 is 0.00
  const text = rounded.toFixed(decimals).replace("-", "−");
  return Number.isNaN(standardError) ? text : `${text} ± ${standardError.toFixed(decimals)}`;
}

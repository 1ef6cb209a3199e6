/**
 * The error of a run that diverged: a loss or a parameter became NaN or infinite.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

/**
 * The error that ends a diverged run.
 *
 * @param what says which number became NaN or infinite, and where
 * @param rate the learning rate at that step
 * @param kept the epoch of the checkpoint in the run folder
 */
export function diverged(what: string, rate: number, kept: number): UserError {
  return new UserError(
    `${what}, at learning rate ${rate.toPrecision(4)}; the checkpoint of epoch ${kept} is kept, ` +
      "and a smaller learning rate may help",
  );
}

/**
 * What is said where training went wrong: losses or parameters that are no numbers any more.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

/**
 * The error that ends a run which diverged.
 *
 * @param what what is no number, and where
 * @param rate the learning rate there
 * @param kept the epoch whose checkpoint is in the run's folder
 */
export function diverged(what: string, rate: number, kept: number): UserError {
  return new UserError(
    `${what}, at learning rate ${rate.toPrecision(4)}; the checkpoint of epoch ${kept} is kept, ` +
      "and a smaller learning rate may help",
  );
}

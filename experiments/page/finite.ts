/**
 * Losses that are no numbers any more.
 *
 * @module
 */

import type { Numbers } from "./messages.ts";

/**
 * Asserts that the losses of the last steps before `step` are finite.
 *
 * @throws {Error} with a sentence that says what to do
 */
export function requireFinite(losses: readonly Numbers[], step: number): void {
  const bad = losses.findIndex(({ rate, distortion }) => !Number.isFinite(rate + distortion));
  if (bad < 0) return;
  throw new Error(
    `the loss became infinite or NaN in step ${step - losses.length + bad + 1}: choose a smaller ` +
      "learning rate and reset",
  );
}

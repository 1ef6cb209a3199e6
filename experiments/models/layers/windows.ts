/**
 * The keys of windows on images, of convolutions and pools.
 *
 * @module
 */

import type { Rule, Rules } from "../keys.ts";

/** A number for both axes of an image, or [vertical, horizontal]. */
export type PerAxis = number | [vertical: number, horizontal: number];

/** "same": ⌈size / stride⌉ windows; "valid": no padding; or elements on each side. */
export type WindowPadding = "same" | "valid" | PerAxis;

/** The rule of a count for each axis. */
export const perAxis = ({ count, pair, either }: Rules): Rule<PerAxis> =>
  either<PerAxis>("expected a whole number or two", count, pair(count));

/** The rule of padding. */
export function windowPadding({ whole, oneOf, pair, either }: Rules): Rule<WindowPadding> {
  const elements = whole.min(0);
  return either<WindowPadding>(
    'expected "same", "valid", a whole number or two',
    oneOf("same", "valid"),
    elements,
    pair(elements),
  );
}

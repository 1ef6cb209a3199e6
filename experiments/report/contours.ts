/**
 * Lines of x + y = const in a rectangle.
 *
 * @module
 */

import { roundStep } from "./frame.ts";

/** A line x + y = sum, from its upper left end to its lower right end. */
export interface Contour {
  readonly sum: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** About eight lines in a rectangle, each with a round sum; the lowest sum first. */
export function contours(
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): Contour[] {
  const [low, high] = [left + bottom, right + top];
  const step = roundStep(high - low, 8);
  const lines: Contour[] = [];
  for (let i = Math.ceil(low / step); i * step < high; i++) {
    const sum = Number((i * step).toPrecision(12));
    const [x1, x2] = [Math.max(left, sum - top), Math.min(right, sum - bottom)];
    if (x1 < x2) lines.push({ sum, x1, y1: sum - x1, x2, y2: sum - x2 });
  }
  return lines;
}

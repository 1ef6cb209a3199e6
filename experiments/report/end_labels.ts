/**
 * Names at the ends of curves, in the right margin of a chart.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { type Frame, type Interval, placesIn, TEXT_SIZE, widest } from "./frame.ts";

/** The end of a curve, in the numbers of the chart's scales, and its name. */
export interface EndLabel {
  readonly text: string;
  readonly color: string;
  readonly x: number;
  readonly y: number;
}

/** The distance of two names, from line to line, in pixels. */
const LINE = TEXT_SIZE + 2;
/** The distance of a name from the frame; a thin line from the end of its curve crosses it. */
const GAP = 16;
/** The longest name that is written out. */
const MOST_LETTERS = 24;

/** The right margin that names need, in pixels. They are bold, and so an eighth wider. */
export const marginFor = (names: Iterable<string>): number =>
  GAP + 1.125 * widest([...names].map(shortened)) + 4;

const shortened = (name: string): string =>
  name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS - 1)}…`;

/** The names, as near to the ends of their curves as they fit below each other. */
export function endLabels(labels: readonly EndLabel[], frame: Frame): Plot.Markish[] {
  const { toY, fromX, fromY } = placesIn(frame);
  const edge = frame.width - frame.marginRight;
  const range = [frame.marginTop, frame.height - frame.marginBottom] as const;
  const places = spread(labels.map(({ y }) => toY(y)), LINE, range);
  const placed = labels.map(({ x, y, text, color }, i) => ({
    ...{ x, y, color, text: shortened(text) },
    title: shortened(text) === text ? undefined : text,
    lineX: fromX(edge + GAP - 4),
    textX: fromX(edge + GAP),
    textY: fromY(places[i]),
  }));
  return [
    Plot.link(placed, {
      ...{ x1: "x", y1: "y", x2: "lineX", y2: "textY" },
      ...{ stroke: "color", strokeWidth: 1, strokeOpacity: 0.45 },
    }),
    Plot.text(placed, {
      ...{ x: "textX", y: "textY", text: "text", title: "title", fill: "color" },
      ...{ textAnchor: "start", fontWeight: 600, fontSize: TEXT_SIZE },
    }),
  ];
}

/**
 * Places that are as near as possible to those wanted, by the sum of squares, at least `gap` apart,
 * in the same order, and within the range if they fit into it.
 *
 * Less i · gap, the i-th place must not fall below the one before: that is isotonic regression, in
 * which neighbours that are out of order are pooled at their mean.
 */
export function spread(wanted: readonly number[], gap: number, [low, high]: Interval): number[] {
  const order = wanted.keys().toArray().sort((a, b) => wanted[a] - wanted[b]);
  const pools: { sum: number; count: number }[] = [];
  for (const [i, n] of order.entries()) {
    let pool = { sum: wanted[n] - i * gap, count: 1 };
    while (pools.length > 0 && mean(pools.at(-1)!) >= mean(pool)) {
      const before = pools.pop()!;
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  }
  const top = Math.max(low, high - (wanted.length - 1) * gap);
  const places: number[] = [];
  const shifts = pools.flatMap((pool) => Array<number>(pool.count).fill(mean(pool)));
  order.forEach((n, i) => places[n] = Math.min(top, Math.max(low, shifts[i])) + i * gap);
  return places;
}

const mean = ({ sum, count }: { sum: number; count: number }): number => sum / count;

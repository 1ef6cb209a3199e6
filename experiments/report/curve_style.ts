/**
 * How a curve is drawn: a colour and a shape, the same in all charts of a report and of a sweep.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { colorOf, PALETTE } from "../formats/palette.ts";
import { plotText } from "../formats/svg.ts";

/** A shape: a symbol that may stand on its head, filled or hollow. */
interface Shape {
  readonly symbol: Plot.SymbolType;
  readonly rotate?: number;
  readonly isHollow?: boolean;
}

const FILLED: readonly Shape[] = [
  { symbol: "circle" },
  { symbol: "triangle" },
  { symbol: "square" },
  { symbol: "diamond" },
  { symbol: "triangle", rotate: 180 },
  { symbol: "star" },
  { symbol: "cross" },
  { symbol: "wye" },
];

/** As many shapes as colours. Those made of strokes cannot be filled. */
const SHAPES: readonly Shape[] = [
  ...FILLED,
  ...FILLED.slice(0, 6).map((shape) => ({ ...shape, isHollow: true })),
  { symbol: "times" },
  { symbol: "plus" },
  { symbol: "asterisk" },
];

/** How a curve is drawn. */
export interface CurveStyle extends Shape {
  readonly color: string;
}

/** Sorts names, numbers by their value: b2 comes before b10. */
export const byName: (a: string, b: string) => number =
  new Intl.Collator("en", { numeric: true }).compare;

/**
 * The style of each curve by its name, in the order of names, so that a report and a picture of the
 * same curves agree. The first 17 curves differ in colour and in shape, the first 289 in one of
 * them.
 */
export function curveStyles(names: Iterable<string>): Map<string, CurveStyle> {
  const sorted = [...new Set(names)].sort(byName);
  return new Map(sorted.map((name, i) => {
    const turn = Math.floor(i / PALETTE.length);
    return [name, { color: colorOf(i), ...SHAPES[(i + turn) % SHAPES.length] }];
  }));
}

/** The shape of a curve at each of its points. */
export function shapeMark(
  data: Plot.Data,
  { color, symbol, rotate, isHollow }: CurveStyle,
  options: Plot.DotOptions,
): Plot.Markish {
  const isFilled = !isHollow && FILLED.some((shape) => shape.symbol === symbol);
  return Plot.dot(data, {
    ...{
      symbol,
      rotate,
      r: isFilled ? 4.5 : 3.75,
      strokeWidth: isFilled ? 1 : 1.75,
      strokeLinejoin: "round",
    },
    fill: isFilled ? color : isHollow ? "var(--paper)" : "none",
    stroke: isFilled ? "var(--paper)" : color,
    ...options,
  });
}

/** The shape alone as an SVG element, to stand before a name. */
export function swatch(style: CurveStyle): string {
  const marks = [shapeMark([0], style, { frameAnchor: "middle" })];
  return plotText({ width: 14, height: 14, margin: 0, axis: null, marks })
    .replace("<svg", '<svg aria-hidden="true"');
}

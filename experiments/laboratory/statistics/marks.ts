/**
 * The parts that the pictures of the laboratory share: legends, and estimates beside expected
 * values.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";

/** A symbol of a legend, and the text beside it. */
interface LegendEntry {
  readonly text: string;
  readonly stroke: string;
  readonly symbol: Plot.SymbolType;
  readonly fill?: string;
}

/** A legend in a corner of a panel, one entry a line. The place is that of the first symbol. */
export const legend = (
  entries: readonly LegendEntry[],
  { frameAnchor, dx, dy }: { frameAnchor: Plot.FrameAnchor; dx: number; dy: number },
): Plot.Markish[] =>
  entries.flatMap(({ text, ...style }, i) => {
    const y = dy + 15 * i;
    // Plot aligns text by its top or bottom edge, depending on the anchor, and symbols by their
    // centre.
    const toCentre = frameAnchor.startsWith("bottom") ? 4 : -5;
    return [
      Plot.dot([text], { frameAnchor, dx, dy: y, r: 3, ...style }),
      Plot.text([text], {
        frameAnchor,
        dx: dx + 9,
        dy: y + toCentre,
        textAnchor: "start",
        fontSize: 11,
      }),
    ];
  });

/** An estimate with its interval, beside the value that is expected. */
interface Interval {
  readonly name: string;
  readonly expected: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly color: string;
}

/** Intervals one below another, by name; a tick marks the expected value. */
export const intervalMarks = (intervals: readonly Interval[]): Plot.Markish[] => [
  Plot.tickX(intervals, { x: "expected", y: "name", stroke: "currentColor", strokeWidth: 2 }),
  Plot.ruleY(intervals, { x1: "low", x2: "high", y: "name", stroke: "color" }),
  Plot.dot(intervals, { x: "value", y: "name", stroke: "color", fill: "color", r: 3 }),
];

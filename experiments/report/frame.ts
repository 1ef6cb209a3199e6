/**
 * The frame of a chart: its size, its margins, and where the numbers of its linear scales are.
 *
 * @module
 */

import type * as Plot from "@observablehq/plot";

/** An interval of numbers. */
export type Interval = readonly [low: number, high: number];

/** The size of the text of charts, in pixels. */
export const TEXT_SIZE = 13;

/** A chart with linear scales. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
  /** The numbers at the left and the right side. */
  readonly x: Interval;
  /** The numbers at the bottom and the top. */
  readonly y: Interval;
}

/** The width of a text in pixels, from the average width of a letter; texts are not measured. */
export const widthOf = (text: string): number => 0.56 * TEXT_SIZE * text.length;

/** The width of the longest of some texts. */
export const widest = (texts: Iterable<string>): number => Math.max(0, ...[...texts].map(widthOf));

/** Converts numbers to pixels, and back. */
export function placesIn({ width, height, x, y, ...margins }: Frame): {
  toX(value: number): number;
  toY(value: number): number;
  fromX(pixel: number): number;
  fromY(pixel: number): number;
} {
  const [left, right] = [margins.marginLeft, width - margins.marginRight];
  const [top, bottom] = [margins.marginTop, height - margins.marginBottom];
  return {
    toX: (value) => left + (value - x[0]) / (x[1] - x[0]) * (right - left),
    toY: (value) => bottom - (value - y[0]) / (y[1] - y[0]) * (bottom - top),
    fromX: (pixel) => x[0] + (pixel - left) / (right - left) * (x[1] - x[0]),
    fromY: (pixel) => y[0] + (bottom - pixel) / (bottom - top) * (y[1] - y[0]),
  };
}

/** The size, the margins and the scales as options of a plot. */
export function frameOptions({ x, y, ...size }: Frame): Plot.PlotOptions {
  const style = { fontSize: `${TEXT_SIZE}px` };
  return { ...size, style, color: { type: "identity" }, x: { domain: x }, y: { domain: y } };
}

/** About `count` steps of 1, 2 or 5 times a power of ten between two numbers. */
export function roundStep(length: number, count: number): number {
  const step = length / count;
  const power = 10 ** Math.floor(Math.log10(step));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= step * (1 - 1e-9))!;
}

/** Whole numbers of epochs for an axis from 1 to the last epoch. */
export function epochTicks(last: number): number[] {
  const step = Math.max(1, roundStep(last, 5));
  return Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
}

/**
 * Charts on a canvas: axes with round numbers, lines, points and bars.
 *
 * @module
 */
/// <reference lib="dom" />

import { colour, type Sheet, sheetOf } from "./dom.ts";

/** An interval of numbers. */
export type Interval = readonly [low: number, high: number];

/** A place in the units of the axes. */
export type Place = readonly [x: number, y: number];

/** A chart with its axes, ready to be drawn on. */
export interface Chart extends Sheet {
  toX(x: number): number;
  toY(y: number): number;
  line(places: readonly Place[], colour: string, thickness?: number): void;
  dot(place: Place, colour: string, radius?: number): void;
  bar(x: Interval, y: Interval, colour: string): void;
  /** A text beside a place; negative `dx` puts it on the left. */
  text(text: string, place: Place, colour: string, dx?: number, dy?: number): void;
}

/** What the axes show. */
export interface Axes {
  x: Interval;
  y: Interval;
  xLabel: string;
  yLabel: string;
  /** Whether x has numbers; true unless given. */
  hasNumbers?: boolean;
}

/** Round numbers in an interval, about `count` of them. */
export function ticksOf([low, high]: Interval, count: number): number[] {
  const rough = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** A number of an axis: with no more decimals than its neighbours need. */
const tickText = (tick: number): string =>
  Math.abs(tick) >= 10_000 ? `${+(tick / 1000).toFixed(1)}k` : `${+tick.toPrecision(6)}`;

/** Clears a canvas and draws axes; undefined while it is hidden. */
export function chartOn(canvas: HTMLCanvasElement, axes: Axes): Chart | undefined {
  const sheet = sheetOf(canvas);
  if (sheet === undefined) return undefined;
  const { context, width, height } = sheet;
  const [left, right, top, bottom] = [40, 12, 22, 38];
  const [quiet, grid] = [colour("quiet"), colour("line")];
  const toX = (x: number) =>
    left + (x - axes.x[0]) / (axes.x[1] - axes.x[0]) * (width - left - right);
  const toY = (y: number) =>
    height - bottom - (y - axes.y[0]) / (axes.y[1] - axes.y[0]) * (height - top - bottom);

  context.fillStyle = quiet;
  context.strokeStyle = grid;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of ticksOf(axes.y, height / 60)) {
    context.beginPath();
    context.moveTo(left, toY(tick));
    context.lineTo(width - right, toY(tick));
    context.stroke();
    context.fillText(tickText(tick), left - 6, toY(tick));
  }
  context.textAlign = "center";
  if (axes.hasNumbers !== false) {
    for (const tick of ticksOf(axes.x, width / 90)) {
      context.fillText(tickText(tick), toX(tick), height - bottom + 11);
    }
  }
  context.fillText(axes.xLabel, (left + width - right) / 2, height - 9);
  context.textAlign = "left";
  context.fillText(axes.yLabel, 2, 8);

  return {
    ...sheet,
    toX,
    toY,
    line(places, colour, thickness = 2) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.lineJoin = "round";
      context.save();
      context.beginPath();
      context.rect(left, top - 6, width - left - right + 6, height - top - bottom + 8);
      context.clip();
      context.beginPath();
      for (const [x, y] of places) context.lineTo(toX(x), toY(y));
      context.stroke();
      context.restore();
    },
    dot([x, y], colour, radius = 4) {
      if (toX(x) < left || toY(y) < top - radius) return;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(toX(x), toY(y), radius, 0, 2 * Math.PI);
      context.fill();
    },
    bar(x, y, colour) {
      context.fillStyle = colour;
      const [a, b] = [toY(y[0]), toY(y[1])];
      context.fillRect(toX(x[0]), Math.min(a, b), toX(x[1]) - toX(x[0]), Math.abs(a - b));
    },
    text(text, [x, y], colour, dx = 8, dy = 0) {
      context.fillStyle = colour;
      context.textAlign = dx < 0 ? "right" : "left";
      context.fillText(text, toX(x) + dx, toY(y) + dy);
    },
  };
}

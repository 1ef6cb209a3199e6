/**
 * The rate–distortion plane: a curve for each config, through a point for each β.
 *
 * −ELBO is the sum of rate and distortion, so it is constant on lines of slope −1 (Alemi et al.,
 * "Fixing a Broken ELBO", ICML 2018).
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { type Panel, plotText } from "../formats/svg.ts";
import { type Contour, contours } from "./contours.ts";
import type { Measured } from "../laboratory/statistics/measured.ts";

/** The rate and the distortion of a config with a β, in nats per image. */
export interface PlanePoint {
  /** The name of the point's curve. */
  readonly curve: string;
  readonly beta: number;
  readonly rate: Measured;
  readonly distortion: Measured;
}

/**
 * The palette of Okabe and Ito, for all kinds of colour vision. Colours that show on both white and
 * black come first.
 */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "currentColor", "#e69f00", "#56b4e9"];
/** One symbol fewer than colours, so that the first 42 curves all differ in symbol or colour. */
const SYMBOLS = ["circle", "triangle", "square", "diamond", "star", "wye"] as const;

/** How a curve is drawn. */
interface Style {
  readonly color: string;
  readonly symbol: typeof SYMBOLS[number];
}

/**
 * The plane as an SVG element whose text takes the colour of the page; there must be at least one
 * point.
 */
export function rateDistortionPlot(points: readonly PlanePoint[]): string {
  const { width, height, options } = rateDistortionPanel(points);
  return plotText({ ...options, width, height });
}

/** The plane as a panel of a picture; there must be at least one point. */
export function rateDistortionPanel(points: readonly PlanePoint[]): Panel {
  const [x, y] = [domain(points.map(({ rate }) => rate)), domain(points.map((p) => p.distortion))];
  const curves = [...Map.groupBy(points, ({ curve }) => curve)];
  const betas = [...Map.groupBy(points, ({ beta }) => beta).values()];
  const key = (MARGINS.marginTop + KEY_LINE * (curves.length + 1)) / HEIGHT;
  return {
    width: 720,
    height: HEIGHT,
    options: {
      ...MARGINS,
      x: { domain: x, label: "rate, nats per image →" },
      y: { domain: y, label: "↑ distortion, nats per image" },
      ariaLabel: curves.map(([curve, points]) => `${curve}: ${inWords(points)}`).join("; "),
      marks: [
        ...contourMarks(x, y, y[1] - key * (y[1] - y[0])),
        // With a single β there are no lines to tell apart.
        ...betas.length > 1 ? betas.flatMap((points) => betaMarks(points, x, y)) : [],
        ...curves.flatMap(([_, points], i) => curveMarks(points, styleOf(i))),
        ...curves.flatMap(([curve], i) => keyMarks(curve, i, styleOf(i))),
        Plot.frame({ strokeOpacity: 0.3 }),
      ],
    },
  };
}

const HEIGHT = 520;
const MARGINS = { marginTop: 24, marginRight: 20, marginBottom: 40, marginLeft: 52 };
/** The height of a line of the key. */
const KEY_LINE = 18;

const styleOf = (i: number): Style => ({
  color: COLORS[i % COLORS.length],
  symbol: SYMBOLS[i % SYMBOLS.length],
});

type Interval = readonly [low: number, high: number];

/** An end of an error bar; the value itself where its standard error is unknown. */
const end = ({ value, standardError }: Measured, sign: -1 | 1): number =>
  value + sign * (standardError || 0);

/** The interval of all values with their standard errors, and a margin. */
function domain(all: readonly Measured[]): Interval {
  const low = Math.min(...all.map((measured) => end(measured, -1)));
  const high = Math.max(...all.map((measured) => end(measured, 1)));
  const margin = 0.08 * (high - low) || 1;
  return [low - margin, high + margin];
}

const meanRate = ({ rate }: PlanePoint): number => rate.value;
const meanDistortion = ({ distortion }: PlanePoint): number => distortion.value;

/** Light lines of equal −ELBO; those that end below the key have labels. */
function contourMarks(
  x: Interval,
  y: Interval,
  belowKey: number,
): Plot.Markish[] {
  const lines = contours(x, y);
  const named = lines.filter(({ y2 }) => y2 < belowKey);
  return [
    Plot.link(lines, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", strokeOpacity: 0.15 }),
    Plot.text(named, {
      ...{ x: "x2", y: "y2", textAnchor: "end", dx: -4, dy: -8, fillOpacity: 0.6, fontSize: 10 },
      text: ({ sum }: Contour, i: number) => i === 0 ? `−ELBO ${sum}` : `${sum}`,
    }),
  ];
}

/** A line through the points of one β, with a label at its lowest leftmost point. */
function betaMarks(points: readonly PlanePoint[], x: Interval, y: Interval): Plot.Markish[] {
  const place = { x: meanRate, y: meanDistortion };
  const up = (point: PlanePoint) =>
    meanRate(point) / (x[1] - x[0]) + meanDistortion(point) / (y[1] - y[0]);
  const lowest = points.reduce((best, point) => up(point) < up(best) ? point : best);
  return [
    Plot.line(points.toSorted((a, b) => meanRate(a) - meanRate(b)), {
      ...{ ...place, strokeDasharray: "2 3", strokeOpacity: 0.5, strokeWidth: 1 },
    }),
    Plot.text([lowest], {
      ...{ ...place, textAnchor: "end", dx: -8, dy: 9, fontSize: 11 },
      text: ({ beta }: PlanePoint) => `β ${beta}`,
    }),
  ];
}

/** A curve with its standard errors. */
function curveMarks(points: readonly PlanePoint[], { color, symbol }: Style): Plot.Markish[] {
  const sorted = points.toSorted((a, b) => a.beta - b.beta);
  const [x, y] = [meanRate, meanDistortion];
  return [
    Plot.line(sorted, { x, y, stroke: color, strokeWidth: 1.5 }),
    Plot.ruleX(sorted, {
      ...{ x, stroke: color },
      y1: ({ distortion }: PlanePoint) => end(distortion, -1),
      y2: ({ distortion }: PlanePoint) => end(distortion, 1),
    }),
    Plot.ruleY(sorted, {
      ...{ y, stroke: color },
      x1: ({ rate }: PlanePoint) => end(rate, -1),
      x2: ({ rate }: PlanePoint) => end(rate, 1),
    }),
    Plot.dot(sorted, { x, y, fill: color, symbol, r: 4.5 }),
  ];
}

/** A line of the key. The key is in the upper right corner, which falling curves leave empty. */
function keyMarks(curve: string, i: number, { color, symbol }: Style): Plot.Markish[] {
  const place = { frameAnchor: "top-right" } as const;
  const middle = KEY_LINE * (i + 1);
  return [
    Plot.dot([curve], { ...place, dx: -14, dy: middle, fill: color, symbol, r: 4.5 }),
    Plot.text([curve], {
      ...{ ...place, dx: -26, dy: middle - 5, textAnchor: "end", fontSize: 12 },
      text: String,
    }),
  ];
}

/** The points in words, for screen readers. */
function inWords(points: readonly PlanePoint[]): string {
  return points
    .map((point) =>
      `β ${point.beta} rate ${meanRate(point).toFixed(1)} distortion ${
        meanDistortion(point).toFixed(1)
      }`
    )
    .join(", ");
}

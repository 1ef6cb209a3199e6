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
import { type Measured, measuredText } from "../laboratory/statistics/measured.ts";
import { type Contour, contours } from "./contours.ts";
import { type CurveStyle, curveStyles, shapeMark } from "./curve_style.ts";
import { endLabels, marginFor } from "./end_labels.ts";
import { type Frame, frameOptions, type Interval, placesIn, TEXT_SIZE, widthOf } from "./frame.ts";

/** The rate and the distortion of a config with a β, in nats per image. */
export interface PlanePoint {
  /** The name of the point's curve. */
  readonly curve: string;
  readonly beta: number;
  readonly rate: Measured;
  readonly distortion: Measured;
  /** The least rate that the channel can have, if it is known: Echo's −L·ln(clip). */
  readonly floor?: number;
}

/** The size of a plane in pixels, and how its curves are drawn; all have defaults. */
export interface PlaneOptions {
  readonly width?: number;
  readonly height?: number;
  /** A style for each curve, if the page has more curves than the plane. */
  readonly styles?: ReadonlyMap<string, CurveStyle>;
}

/** A place in pixels. */
type Place = readonly [x: number, y: number];

/**
 * The plane as an SVG element whose text takes the colour of the page; there must be at least one
 * point.
 */
export function rateDistortionPlot(
  points: readonly PlanePoint[],
  options?: PlaneOptions,
): string {
  const { width, height, options: plot } = rateDistortionPanel(points, options);
  return plotText({ ...plot, width, height });
}

/** The plane as a panel of a picture; there must be at least one point. */
export function rateDistortionPanel(
  points: readonly PlanePoint[],
  { width = 820, height = 560, styles = curveStyles(points.map(({ curve }) => curve)) }:
    PlaneOptions = {},
): Panel {
  const curves = [...Map.groupBy(points, ({ curve }) => curve)];
  const betas = [...Map.groupBy(points, ({ beta }) => beta).values()];
  const frame: Frame = {
    ...{ width, height, marginTop: 28, marginBottom: 44, marginLeft: 52 },
    marginRight: marginFor(curves.map(([curve]) => curve)),
    x: domain(points.map(({ rate }) => rate)),
    y: domain(points.map(({ distortion }) => distortion)),
  };
  const ends = curves.map(([text, points]) => {
    const last = points.reduce((end, point) => meanRate(point) > meanRate(end) ? point : end);
    return { text, color: styles.get(text)!.color, x: meanRate(last), y: meanDistortion(last) };
  });
  const room = roomAround(frame, points, curves.map(([_, points]) => points), ends);
  const floors = floorMarks(points, frame, room, styles);
  const betaLabels = betas.length > 1 ? betas.map((points) => betaLabel(points, frame, room)) : [];
  const { x, y, ...options } = frameOptions(frame);
  return {
    width,
    height,
    options: {
      ...options,
      x: { ...x, label: "rate, nats per image →", labelAnchor: "center", ticks: width / 90 },
      y: { ...y, label: "↑ distortion, nats per image", ticks: height / 60 },
      ariaLabel: curves.map(([curve, points]) => `${curve}: ${inWords(points)}`).join("; "),
      marks: [
        ...contourMarks(frame, room),
        Plot.frame({ strokeOpacity: 0.3 }),
        ...floors,
        // With a single β there are no lines to tell apart.
        ...betas.length > 1 ? betas.map(betaLine) : [],
        Plot.text(betaLabels, { x: "x", y: "y", text: "text", ...HALO }),
        ...endLabels(ends, frame),
        ...curves.flatMap(([curve, points]) => curveMarks(points, styles.get(curve)!)),
      ],
    },
  };
}

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

/** Text on lines: they end before it. */
const HALO = { fill: "currentColor", stroke: "var(--paper)", strokeWidth: 6 };

/** The places where a label would cover a line or another label. */
interface Room {
  /** Whether a text about a place is clear of everything, and within the frame. */
  isFree(text: string, place: Place): boolean;
  /** Puts a text about a place, which it keeps from others. */
  take(text: string, place: Place): void;
}

/** The half width and the half height of a text. */
const halfSize = (text: string): Place => [widthOf(text) / 2 + 3, TEXT_SIZE / 2 + 2];

/** The room that the curves, the lines to their names and the floors leave. */
function roomAround(
  frame: Frame,
  points: readonly PlanePoint[],
  curves: readonly (readonly PlanePoint[])[],
  ends: readonly { x: number; y: number }[],
): Room {
  const { toX, toY } = placesIn(frame);
  const [left, right] = [frame.marginLeft, frame.width - frame.marginRight];
  const [top, bottom] = [frame.marginTop, frame.height - frame.marginBottom];
  const floors = new Set(points.flatMap(({ floor }) => floor ?? []));
  const lines: Place[][] = [
    ...curves.map((points) =>
      byRate(points).map((p): Place => [toX(meanRate(p)), toY(meanDistortion(p))])
    ),
    ...ends.map(({ x, y }): Place[] => [[toX(x), toY(y)], [right, toY(y)]]),
    ...[...floors].map((floor): Place[] => [[toX(floor), top], [toX(floor), bottom]]),
  ];
  const taken = lines.flatMap((line) => along(line).map((place) => ({ place, size: [6, 6] })));
  return {
    isFree(text, [x, y]) {
      const [wide, high] = halfSize(text);
      return x > left + wide && x < right - wide && y > top + high && y < bottom - high &&
        taken.every(({ place: [a, b], size }) =>
          Math.abs(a - x) > wide + size[0] || Math.abs(b - y) > high + size[1]
        );
    },
    take(text, place) {
      taken.push({ place, size: [...halfSize(text)] });
    },
  };
}

/** Light lines of equal −ELBO, each with its number at its lowest free place. */
function contourMarks(frame: Frame, room: Room): Plot.Markish[] {
  const { toX, toY, fromX, fromY } = placesIn(frame);
  const lines = contours(frame.x, frame.y);
  const named = lines.flatMap(({ sum, x1, y1, x2, y2 }, i) => {
    const text = i === 0 ? `−ELBO ${sum}` : `${sum}`;
    const places = along([[toX(x2), toY(y2)], [toX(x1), toY(y1)]]);
    const place = places.find((place) => room.isFree(text, place));
    if (place === undefined) return [];
    room.take(text, place);
    return [{ text, x: fromX(place[0]), y: fromY(place[1]) }];
  });
  return [
    Plot.link(lines, {
      x1: ({ x1 }: Contour) => x1,
      ...{ y1: "y1", x2: "x2", y2: "y2", strokeOpacity: 0.15 },
    }),
    Plot.text(named, { x: "x", y: "y", text: "text", ...HALO, fillOpacity: 0.65 }),
  ];
}

/** Places along a line through some corners, a few pixels apart. */
function along(corners: readonly Place[]): Place[] {
  return corners.flatMap(([x, y], i) => {
    const [nextX, nextY] = corners[i + 1] ?? [x, y];
    const steps = Math.ceil(Math.hypot(nextX - x, nextY - y) / 6) || 1;
    return Array.from(
      { length: steps },
      (_, n): Place => [x + (nextX - x) * n / steps, y + (nextY - y) * n / steps],
    );
  });
}

/** A dashed line at each floor of the rate within the frame, and its number as high as it fits. */
function floorMarks(
  points: readonly PlanePoint[],
  frame: Frame,
  room: Room,
  styles: ReadonlyMap<string, CurveStyle>,
): Plot.Markish[] {
  const { toX, fromX, fromY } = placesIn(frame);
  const [top, bottom] = [frame.marginTop, frame.height - frame.marginBottom];
  const floors = Map.groupBy(points, ({ floor }) => floor?.toFixed(2));
  return [...floors.values()].flatMap(([{ floor, curve }]) => {
    if (floor === undefined || floor <= frame.x[0] || floor >= frame.x[1]) return [];
    const color = styles.get(curve)!.color;
    const text = `floor ${floor.toFixed(2)}`;
    const away = widthOf(text) / 2 + 12;
    const place = [toX(floor) + away, toX(floor) - away]
      .flatMap((x) => along([[x, top], [x, bottom]]))
      .find((place) => room.isFree(text, place));
    if (place !== undefined) room.take(text, place);
    const label = place === undefined ? [] : [{ text, x: fromX(place[0]), y: fromY(place[1]) }];
    return [
      Plot.ruleX([floor], { stroke: color, strokeDasharray: "6 4" }),
      Plot.text(label, { x: "x", y: "y", text: "text", fill: color }),
    ];
  });
}

/** A line through the points of one β. */
const betaLine = (points: readonly PlanePoint[]): Plot.Markish =>
  Plot.line(byRate(points), {
    ...{ x: meanRate, y: meanDistortion },
    ...{ strokeDasharray: "2 3", strokeOpacity: 0.5, strokeWidth: 1 },
  });

/** The name of a β, at a free place beside one of its points; the lowest leftmost comes first. */
function betaLabel(points: readonly PlanePoint[], frame: Frame, room: Room) {
  const { toX, toY, fromX, fromY } = placesIn(frame);
  const text = `β ${points[0].beta}`;
  const wide = widthOf(text) / 2 + 10;
  const places = points.map((p): Place => [toX(meanRate(p)), toY(meanDistortion(p))])
    .sort(([a, b], [c, d]) => a - b - (c - d))
    .flatMap(([x, y]): Place[] => [
      ...[[x - wide, y + 11], [x - wide, y], [x, y + 18]] as const,
      ...[[x + wide, y - 11], [x + wide, y], [x, y - 18]] as const,
    ]);
  const [x, y] = places.find((place) => room.isFree(text, place)) ?? places[0];
  room.take(text, [x, y]);
  return { text, x: fromX(x), y: fromY(y) };
}

const byRate = (points: readonly PlanePoint[]) =>
  points.toSorted((a, b) => meanRate(a) - meanRate(b));

/** A curve with its standard errors. */
function curveMarks(points: readonly PlanePoint[], style: CurveStyle): Plot.Markish[] {
  const sorted = points.toSorted((a, b) => a.beta - b.beta);
  const [x, y, stroke] = [meanRate, meanDistortion, style.color];
  return [
    Plot.line(sorted, { x, y, stroke, strokeWidth: 1.75 }),
    Plot.ruleX(sorted, {
      ...{ x, stroke },
      y1: ({ distortion }: PlanePoint) => end(distortion, -1),
      y2: ({ distortion }: PlanePoint) => end(distortion, 1),
    }),
    Plot.ruleY(sorted, {
      ...{ y, stroke },
      x1: ({ rate }: PlanePoint) => end(rate, -1),
      x2: ({ rate }: PlanePoint) => end(rate, 1),
    }),
    shapeMark(sorted, style, { x, y, title: pointText }),
  ];
}

/** What a browser shows while the pointer rests on a point. */
const pointText = ({ curve, beta, rate, distortion }: PlanePoint): string =>
  `${curve}, β ${beta}: rate ${measuredText(rate)}, distortion ${measuredText(distortion)}`;

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

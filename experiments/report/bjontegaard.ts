/**
 * The distance between two rate–distortion curves, as two numbers: the mean difference of
 * distortion over the common range of rates, and the mean difference of rate over the common range
 * of distortions (Bjøntegaard, "Calculation of average PSNR differences between RD-curves",
 * VCEG-M33, 2001).
 *
 * Between its points a curve is a piecewise cubic that is monotone where the points are (Fritsch
 * and Carlson, "Monotone piecewise cubic interpolation", 1980), integrated in closed form.
 * Bjøntegaard took one cubic through four points of log rate; rates are in nats here, so no
 * logarithm is taken.
 *
 * @module
 */

import { type Measured, measured } from "../laboratory/statistics/measured.ts";
import { meanOf } from "../laboratory/statistics/summary.ts";

/** A finished run as a point of its curve. Rate and distortion are in nats per image. */
export interface CurveRun {
  readonly beta: number;
  readonly seed: number;
  readonly rate: number;
  readonly distortion: number;
}

/** The distance of a curve from another one, in nats per image; negative numbers are better. */
export interface CurveDistance {
  /** The mean difference of distortion; undefined if there is no common range of rates. */
  readonly distortion?: Measured;
  /** The mean difference of rate; undefined if there is no common range of distortions. */
  readonly rate?: Measured;
}

/** A point of a function of x. */
export type Point = readonly [x: number, y: number];

/** The curve from which others are measured: vae if there is one of this name, or the first one. */
export const baseOf = (names: readonly string[]): string =>
  names.includes("vae") ? "vae" : names[0];

/**
 * The distance of a curve from a base.
 *
 * If both have the same seeds, at least two, at each of their β, the distance is computed for each
 * seed; the result is the mean over these seeds with its standard error. Otherwise it is the
 * distance of the means over the seeds, and its standard error is unknown.
 */
export function curveDistance(
  curve: readonly CurveRun[],
  base: readonly CurveRun[],
): CurveDistance {
  const seeds = new Set(wholeSeeds(curve)).intersection(new Set(wholeSeeds(base)));
  const pairs = seeds.size > 1
    ? [...seeds].map((seed) => [curve, base].map((runs) => runs.filter((run) => run.seed === seed)))
    : [[curve, base].map(meansOverSeeds)];
  const distance = (x: "rate" | "distortion", y: "rate" | "distortion") => {
    const points = (runs: readonly Pick<CurveRun, "rate" | "distortion">[]) =>
      runs.map((run): Point => [run[x], run[y]]);
    const all = pairs.map(([a, b]) => meanDifference(points(a), points(b)));
    return all.every((value) => value !== undefined) ? measured(all) : undefined;
  };
  return { distortion: distance("rate", "distortion"), rate: distance("distortion", "rate") };
}

/** The seeds that have a run at each β of a curve. */
function wholeSeeds(runs: readonly CurveRun[]): number[] {
  const betas = new Set(runs.map(({ beta }) => beta)).size;
  const bySeed = Map.groupBy(runs, ({ seed }) => seed);
  return [...bySeed].filter(([, { length }]) => length === betas).map(([seed]) => seed);
}

/** The points of a curve: means over the seeds at each β. */
const meansOverSeeds = (runs: readonly CurveRun[]) =>
  [...Map.groupBy(runs, ({ beta }) => beta).values()].map((some) => ({
    rate: meanOf(some.map(({ rate }) => rate)),
    distortion: meanOf(some.map(({ distortion }) => distortion)),
  }));

/**
 * The mean of a(x) − b(x) over the x that both functions cover, where each function is the monotone
 * piecewise cubic through its points; undefined if they have no interval of x in common.
 */
export function meanDifference(a: readonly Point[], b: readonly Point[]): number | undefined {
  const [first, second] = [a, b].map(inOrder);
  if (first.length < 2 || second.length < 2) return undefined;
  const low = Math.max(first[0][0], second[0][0]);
  const high = Math.min(first.at(-1)![0], second.at(-1)![0]);
  if (!(low < high)) return undefined;
  return (integral(first, low, high) - integral(second, low, high)) / (high - low);
}

/** The points by ascending x; points of equal x become one, with their mean y. */
function inOrder(points: readonly Point[]): Point[] {
  return [...Map.groupBy(points, ([x]) => x)]
    .map(([x, some]): Point => [x, meanOf(some.map(([, y]) => y))])
    .sort(([a], [b]) => a - b);
}

/** The integral of the piecewise cubic through ascending points, from `low` to `high` within it. */
function integral(points: readonly Point[], low: number, high: number): number {
  const slopes = monotoneSlopes(points);
  let total = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const [x, y] = points[i], [nextX, nextY] = points[i + 1];
    const width = nextX - x;
    // The antiderivative of Hermite's cubic, by the place t in the piece, from 0 to 1.
    const upTo = (end: number) => {
      const t = Math.max(0, Math.min(1, (end - x) / width));
      return width * (
        y * (t ** 4 / 2 - t ** 3 + t) +
        nextY * (t ** 3 - t ** 4 / 2) +
        width * slopes[i] * (t ** 4 / 4 - 2 * t ** 3 / 3 + t ** 2 / 2) +
        width * slopes[i + 1] * (t ** 4 / 4 - t ** 3 / 3)
      );
    };
    total += upTo(high) - upTo(low);
  }
  return total;
}

/**
 * The slopes at ascending points. At an inner point it is a harmonic mean of the slopes of the two
 * chords, or 0 where their signs differ; at an end it is that of a parabola through three points,
 * as far as the cubic stays monotone with it.
 */
function monotoneSlopes(points: readonly Point[]): number[] {
  const widths = points.slice(1).map(([x], i) => x - points[i][0]);
  const chords = points.slice(1).map(([, y], i) => (y - points[i][1]) / widths[i]);
  if (chords.length === 1) return [chords[0], chords[0]];
  const inner = chords.slice(1).map((right, i) => {
    const left = chords[i];
    if (left * right <= 0) return 0;
    const [toLeft, toRight] = [2 * widths[i + 1] + widths[i], widths[i + 1] + 2 * widths[i]];
    return (toLeft + toRight) / (toLeft / left + toRight / right);
  });
  const end = (near: number, far: number, width: number, next: number) => {
    const slope = ((2 * width + next) * near - width * far) / (width + next);
    if (slope * near <= 0) return 0;
    return near * far < 0 && Math.abs(slope) > 3 * Math.abs(near) ? 3 * near : slope;
  };
  const last = chords.length - 1;
  return [
    end(chords[0], chords[1], widths[0], widths[1]),
    ...inner,
    end(chords[last], chords[last - 1], widths[last], widths[last - 1]),
  ];
}

/**
 * The three charts of training: losses over the steps, the rate–distortion plane, and a code.
 *
 * @module
 */
/// <reference lib="dom" />

import { chartOn, type Interval, type Place } from "./chart.ts";
import { byId, colour } from "./dom.ts";
import type { CurvePoint, Facts } from "./facts.ts";
import type { History } from "./history.ts";
import { type Progress, SHOWN } from "./messages.ts";
import type { Method } from "./model.ts";

const CURVES = { echo: "curve-0", vae: "curve-2" } as const;
const NAMES = { echo: "Echo", vae: "VAE" } as const;

/** The names of the colours of rate, distortion and their sum. */
const LOSSES = { rate: "curve-0", distortion: "curve-1", "−ELBO": "ink" } as const;

const intervalOf = (values: readonly number[], margin = 0.05): Interval => {
  const low = Math.min(...values), high = Math.max(...values);
  const room = (high - low) * margin || 1;
  return [low - room, high + room];
};

/** The largest distortion that the plane shows, in nats. */
const MOST = 230;

/** The losses over the steps. */
export function drawHistory({ points, stride }: History, step: number): void {
  const canvas = byId<HTMLCanvasElement>("history");
  const series = {
    rate: points.map(({ rate }) => rate),
    distortion: points.map(({ distortion }) => distortion),
    "−ELBO": points.map(({ rate, distortion }) => rate + distortion),
  };
  // The first steps are far above all others.
  const later = series["−ELBO"].slice(Math.min(4, Math.floor(points.length / 4)));
  const top = Math.max(100, ...later) * 1.05;
  const chart = chartOn(canvas, {
    x: [0, Math.max(100, step)],
    y: [0, top],
    xLabel: "step",
    yLabel: "nats an image",
  });
  if (chart === undefined) return;
  const ends = Object.entries(series).map(([name, values]) => {
    const own = colour(LOSSES[name as keyof typeof LOSSES]);
    chart.line(values.map((value, i): Place => [(i + 0.5) * stride, value]), own);
    return { name, value: values.at(-1) ?? 0, own };
  });
  // In the upper right corner, above all curves of a run that has learned something.
  let right = chart.width - 16;
  chart.context.textAlign = "right";
  for (const { name, own } of ends.reverse()) {
    chart.context.fillStyle = own;
    chart.context.fillText(name, right, 8);
    right -= chart.context.measureText(name).width + 14;
  }
  const words = ends.map(({ name, value }) => `${name} ${value.toFixed(1)} nats`).join(", ");
  canvas.ariaLabel = `Losses over ${step} steps: ${words}`;
}

/** The plane: the curves of the sweep, and this run. */
export function drawPlane(
  curves: Facts["curves"],
  { points, recent }: History,
  tests: readonly Pick<CurvePoint, "rate" | "distortion">[],
  method: Method,
): void {
  const canvas = byId<HTMLCanvasElement>("plane");
  const all = [...curves.echo, ...curves.vae];
  const trail = points.map(({ rate, distortion }): Place => [rate, distortion]);
  const far = Math.max(120, recent?.distortion ?? 0, ...tests.map(({ distortion }) => distortion));
  const top = Math.min(1.05 * far, MOST);
  const chart = chartOn(canvas, {
    x: [0, intervalOf([...all.map(({ rate }) => rate), recent?.rate ?? 0])[1]],
    y: [intervalOf(all.map(({ distortion }) => distortion))[0], top],
    xLabel: "rate, nats an image",
    yLabel: "distortion, nats an image",
  });
  if (chart === undefined) return;
  for (const name of ["echo", "vae"] as const) {
    const own = colour(CURVES[name]), curve = curves[name];
    chart.context.globalAlpha = 0.55;
    chart.line(curve.map(({ rate, distortion }): Place => [rate, distortion]), own, 1.5);
    for (const { rate, distortion } of curve) chart.dot([rate, distortion], own, 3);
    chart.context.globalAlpha = 1;
  }
  const [low, high] = [curves.echo[0], curves.vae.at(-1)!];
  chart.text(NAMES.echo, [low.rate, low.distortion], colour(CURVES.echo), -8, 12);
  chart.text(NAMES.vae, [high.rate, high.distortion], colour(CURVES.vae), 8, -12);
  const own = colour(CURVES[method]);
  chart.line(trail, own, 1.5);
  for (const { rate, distortion } of tests) chart.dot([rate, distortion], own, 4);
  if (recent !== undefined) {
    // A run that is beyond the top stays in sight at the edge.
    const at: Place = [recent.rate, Math.min(recent.distortion, top)];
    chart.dot(at, colour("paper"), 7);
    chart.dot(at, own, 5);
    chart.text("this run", at, colour("ink"), 10, 10);
  }
  canvas.ariaLabel = recent === undefined
    ? "Rate and distortion of the shipped sweep"
    : `This run is at rate ${recent.rate.toFixed(1)} and distortion ${
      recent.distortion.toFixed(1)
    } nats an image`;
}

/**
 * The code of an image: the number of each dimension as a bar, and its rate as a bar above the
 * floor.
 */
export function drawCode(
  { codes, rates, floor }: Progress,
  image: number,
  method: Method,
): void {
  const latent = rates.length / SHOWN;
  const own = (all: Float32Array) => [...all.subarray(image * latent, (image + 1) * latent)];
  const [z, nats] = [own(codes), own(rates)];
  const x: Interval = [-0.6, latent - 0.4];
  const isOff = (value: number) => Math.max(Math.abs(value), 0.01);

  const values = byId<HTMLCanvasElement>("code");
  const most = Math.max(...z.map(isOff)) * 1.1;
  const upper = chartOn(values, { x, y: [-most, most], xLabel: "", yLabel: "code z" });
  z.forEach((value, i) =>
    upper?.bar([i - 0.38, i + 0.38], value < 0 ? [value, 0] : [0, value], colour("quiet"))
  );
  values.ariaLabel = `The code: ${z.map((value) => value.toFixed(2)).join(" ")}`;

  const bars = byId<HTMLCanvasElement>("rates");
  const top = Math.max(0.5, ...nats) * 1.1;
  const lower = chartOn(bars, {
    x,
    y: [0, top],
    xLabel: "dimension of the code",
    yLabel: "rate, nats",
  });
  nats.forEach((rate, i) => lower?.bar([i - 0.38, i + 0.38], [0, rate], colour(CURVES[method])));
  if (floor > 0) lower?.line([[x[0], floor], [x[1], floor]], colour("ink"), 1);
  const total = nats.reduce((sum, rate) => sum + rate, 0);
  bars.ariaLabel = `Rates of ${latent} dimensions, ${total.toFixed(1)} nats in all`;
}

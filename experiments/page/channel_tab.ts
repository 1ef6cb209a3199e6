/**
 * The tab that shows a channel: densities of code and noise, and three numbers for the information.
 *
 * @module
 */
/// <reference lib="dom" />

import type { Settings } from "./address.ts";
import type { ChannelView } from "./channel.ts";
import { chartOn, type Interval, type Place } from "./chart.ts";
import { byId, colour, onLook, say } from "./dom.ts";
import { connectForm } from "./form.ts";
import type { ShowingOrder } from "./messages.ts";
import type { Tab } from "./train_tab.ts";

/** The bins of the histograms. */
const BINS = 60;

/** Opens the tab. */
export function openChannelTab(
  settings: Settings,
  order: (order: ShowingOrder) => void,
  save: () => void,
): Tab {
  let view: ChannelView | undefined;
  const ask = () => order({ type: "channel", settings: { ...settings } });
  connectForm(byId<HTMLFormElement>("channel-settings"), settings, () => {
    settings.dimensions = Number(settings.dimensions);
    save();
    ask();
  });
  const draw = () => {
    if (view !== undefined && settings.tab === "channel") drawDraws(view);
  };
  onLook(draw);
  return {
    show: () => view === undefined ? ask() : draw(),
    hear(report) {
      if (report.type !== "channel") return;
      view = report.view;
      const { formula, neighbours, infoNce } = view;
      say("formula", formula.toFixed(2));
      say("neighbours", `${neighbours.nats.toFixed(2)} ± ${neighbours.standardError.toFixed(2)}`);
      say("info-nce", infoNce.toFixed(2));
      say("verdict", verdict(view));
      draw();
    },
  };
}

/**
 * The most nats, by the number of dimensions, up to which 2,000 draws can show that a formula is too
 * high: above that both estimates are too low.
 */
const JUDGED: Readonly<Record<number, number>> = { 1: 3, 2: 2 };

/** What the numbers say about the formula. */
export function verdict(
  { dimensions, formula, neighbours: { nats, standardError }, infoNce }: Omit<
    ChannelView,
    "z" | "noise"
  >,
): string {
  const off = formula - Math.max(nats, infoNce);
  // The estimates have a bias of some hundredths beside their error.
  if (Math.abs(off) < 3 * standardError + 0.05) return "The formula agrees with the estimates.";
  if (off > 0 && formula > JUDGED[dimensions]) {
    return "Both estimates are too low for so much information: 2,000 draws say little here.";
  }
  const size = Math.abs(off).toFixed(2);
  return `The formula is ${size} nats ${off > 0 ? "above" : "below"} the estimates: it fails here.`;
}

function drawDraws({ dimensions, z, noise }: ChannelView): void {
  const canvas = byId<HTMLCanvasElement>("draws");
  const [ofZ, ofNoise] = [colour("curve-0"), colour("curve-2")];
  if (dimensions === 2) {
    const [x, y] = [0, 1].map((d) => intervalOf([z, noise], 2, d));
    const chart = chartOn(canvas, { x, y, xLabel: "dimension 0", yLabel: "dimension 1" });
    if (chart === undefined) return;
    chart.context.globalAlpha = 0.5;
    for (let i = 0; i < z.length; i += 2) {
      chart.dot([noise[i], noise[i + 1]], ofNoise, 1.8);
      chart.dot([z[i], z[i + 1]], ofZ, 1.8);
    }
    canvas.ariaLabel = "Draws of a code of two dimensions and of its noise";
    return;
  }
  const x = intervalOf([z, noise], 1, 0);
  const [forZ, forNoise] = [z, noise].map((values) => histogram(values, x));
  const most = Math.max(...forZ, ...forNoise) * 1.08;
  const chart = chartOn(canvas, { x, y: [0, most], xLabel: "value", yLabel: "density" });
  if (chart === undefined) return;
  const width = (x[1] - x[0]) / BINS;
  chart.context.globalAlpha = 0.3;
  forZ.forEach((height, i) =>
    chart.bar([x[0] + i * width, x[0] + (i + 1) * width], [0, height], ofZ)
  );
  chart.context.globalAlpha = 1;
  for (const [heights, own] of [[forNoise, ofNoise], [forZ, ofZ]] as const) {
    const steps = heights.flatMap((height, i): Place[] => [
      [x[0] + i * width, height],
      [x[0] + (i + 1) * width, height],
    ]);
    chart.line(steps, own, 1.5);
  }
  canvas.ariaLabel = "Histograms of a code of one dimension and of its noise";
}

/** The densities of bins. */
function histogram(values: Float32Array, [low, high]: Interval): number[] {
  const width = (high - low) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    if (bin >= 0 && bin < BINS) counts[bin]++;
  }
  return counts.map((count) => count / (values.length * width));
}

/** The interval of the middle 99.5 % of two samples, with a margin. */
function intervalOf(samples: readonly Float32Array[], dimensions: number, d: number): Interval {
  const own = samples.map((all) => all.filter((_, i) => i % dimensions === d).sort());
  const share = (part: number) => own.map((all) => all[Math.floor(part * (all.length - 1))]);
  const [low, high] = [Math.min(...share(0.0025)), Math.max(...share(0.9975))];
  const margin = 0.08 * (high - low) || 0.5;
  return [low - margin, high + margin];
}

/**
 * The picture of `deno task bench`: the time of a step against the batch and against the width.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { type StepRecord, stepTaskOf } from "./records.ts";
import { INK, type Panel, svgText } from "../formats/svg.ts";
import { type Model, MODEL_NAMES, stepFlops } from "./task.ts";

/** The text of the SVG file for the steps of one device. */
export function growthChart(steps: readonly StepRecord[], source: string): string {
  const batch = Math.min(...steps.map((step) => step.batch));
  const hidden = steps[0].hidden;
  return svgText("Time of a training step, ms (dashed: proportional to its FLOPs)", source, [
    panel("batch", `images in a batch, width ${hidden}`, steps.filter((s) => s.hidden === hidden)),
    panel(
      "hidden",
      `width of the hidden layers, batch ${batch}`,
      steps.filter((s) => s.batch === batch),
    ),
  ]);
}

const COLORS: Record<Model, string> = { vae: INK.first, echo: INK.second };
const SYMBOLS: Record<Model, "circle" | "triangle"> = { vae: "circle", echo: "triangle" };

/**
 * Time against the batch or the width on logarithmic scales, beside a line proportional to the
 * FLOPs.
 */
function panel(x: "batch" | "hidden", label: string, steps: readonly StepRecord[]): Panel {
  const sorted = steps.toSorted((a, b) => a[x] - b[x]);
  const ticks = [...new Set(sorted.map((step) => step[x]))];
  const models = (["vae", "echo"] as const).filter((model) => ofModel(sorted, model).length > 1);
  return {
    width: 400,
    height: 300,
    options: {
      marginLeft: 46,
      marginRight: 52,
      x: { type: "log", label: `${label} →`, ticks, tickFormat: String },
      y: { type: "log", label: null, grid: true, ticks: 5, tickFormat: String },
      marks: [
        Plot.line(proportional(ofModel(sorted, "vae"), x), {
          x: "x",
          y: "y",
          stroke: INK.faint,
          strokeDasharray: "4 4",
        }),
        ...models.flatMap((model) => marks(ofModel(sorted, model), x, model)),
      ],
    },
  };
}

const ofModel = (steps: readonly StepRecord[], model: Model): StepRecord[] =>
  steps.filter((step) => stepTaskOf(step).model === model);

/** A line with quartiles, and its name at the end. */
function marks(steps: StepRecord[], x: "batch" | "hidden", model: Model): Plot.Markish[] {
  const color = COLORS[model];
  const text = {
    text: () => MODEL_NAMES[model],
    textAnchor: "start",
    dx: 8,
    dy: model === "vae" ? 5 : -5, // the ends of the two lines may be close
    fontSize: 11,
  } as const;
  return [
    Plot.ruleX(steps, { x, y1: "q1_ms", y2: "q3_ms", stroke: color, strokeWidth: 3, opacity: 0.5 }),
    Plot.lineY(steps, { x, y: "median_ms", stroke: color, strokeWidth: 1.5 }),
    Plot.dot(steps, { x, y: "median_ms", fill: color, symbol: SYMBOLS[model], r: 4 }),
    Plot.text(steps.slice(-1), { x, y: "median_ms", ...text }),
  ];
}

/** Times proportional to the FLOPs, equal to the measured time at the largest task. */
function proportional(steps: StepRecord[], x: "batch" | "hidden"): { x: number; y: number }[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const rate = last.median_ms / stepFlops(stepTaskOf(last));
  return steps.map((step) => ({ x: step[x], y: rate * stepFlops(stepTaskOf(step)) }));
}

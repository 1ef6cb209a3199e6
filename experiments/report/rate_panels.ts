/**
 * The rates of a code's dimensions, the highest first, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest } from "../bench/statistics.ts";
import type { DimensionRates } from "../models/latent.ts";
import { byRate } from "../outcome/dimension_rates.ts";
import { nats } from "../runs/progress.ts";
import type { Markup } from "./markup.ts";
import { type Panel, panelsMarkup } from "./panels.ts";

/** What the rates of a group are. */
export interface NamedRates {
  readonly name: string;
  readonly rates: DimensionRates;
}

const MEASURES: Record<DimensionRates["measure"], string> = {
  exact: "exact",
  divergence: "KL from N(0, 1)",
  bound: "KL from a fitted Gaussian",
};

/** The panels; `id` as in {@linkcode panelsMarkup}. */
export function ratePanels(all: readonly NamedRates[], id: string): Markup {
  const sorted = all.map(({ rates }) => byRate(rates).map((j) => rates.nats[j]));
  const size = greatest(sorted.map((values) => values.length));
  const options = {
    x: { label: "dimension, by rank", domain: [0, size], ticks: 5 },
    y: { label: "nats", domain: [0, greatest(sorted.flat())], grid: true, ticks: 5 },
  };
  const context = sorted.map((values) => Plot.line(steps(values), { stroke: "var(--faint)" }));
  const panel = ({ name, rates }: NamedRates, i: number): Panel => ({
    name,
    text: textOf(sorted[i], rates.measure),
    marks: [
      Plot.rectY(sorted[i], {
        x1: (_, rank: number) => rank + 0.1,
        x2: (_, rank: number) => rank + 0.9,
        y: (rate: number) => rate,
        fill: "var(--first)",
      }),
      Plot.ruleY([0]),
    ],
  });
  return panelsMarkup({ id, options, context }, all.map(panel));
}

/** The outline of a row of bars. */
const steps = (values: readonly number[]): [x: number, y: number][] =>
  values.flatMap((rate, rank) => [[rank, rate], [rank + 1, rate]]);

function textOf(sorted: readonly number[], measure: DimensionRates["measure"]): string {
  const total = sorted.reduce((sum, rate) => sum + rate, 0);
  const range = `from ${sorted[0].toFixed(2)} down to ${sorted.at(-1)!.toFixed(2)}`;
  return `${MEASURES[measure]}, ${range}${measure === "bound" ? "" : `, sum ${nats(total)}`}`;
}

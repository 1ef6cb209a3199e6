/**
 * The rates of the dimensions of a code, the highest first, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest } from "../bench/statistics.ts";
import type { DimensionRates } from "../models/latent.ts";
import { byRate } from "../outcome/dimension_rates.ts";
import { nats } from "../runs/progress.ts";
import { type Markup, markup } from "./markup.ts";
import { type Panel, panelsMarkup } from "./panels.ts";
import type { Section, Shown } from "./section.ts";

/** The rates of a group's first run. */
interface NamedRates {
  readonly name: string;
  readonly rates: DimensionRates;
}

const MEASURES: Record<DimensionRates["measure"], string> = {
  exact: "exact",
  divergence: "KL from N(0, 1)",
  bound: "KL from a fitted Gaussian",
};

/** The rates by dimension of all groups for which they are known. */
export function rateSection(all: readonly Shown[]): Section | undefined {
  const known = all.flatMap(({ group: { name }, details: { rates } }) =>
    rates === undefined ? [] : [{ name, rates }]
  );
  if (known.length === 0) return undefined;
  const content =
    markup`<p>The information that each dimension of the code carries about a test image, the highest first. For Echo it
is exact. For Gaussian codes with the prior N(0, I) it is the divergence from N(0, 1). In both cases the sum is the rate. For all
other models it is the divergence from the Gaussian that fits the codes of the dimension best (of the input, if the latent layer is
a flow): an upper bound on the information of the dimension alone.</p>
<ul class="keys">
<li><span class="key"></span>these runs</li>
<li><span class="key grey"></span>the other runs</li>
</ul>
${ratePanels(known)}`;
  return { id: "dimensions", title: "Rates by dimension", content };
}

function ratePanels(all: readonly NamedRates[]): Markup {
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
  return panelsMarkup({ id: "rates-of-others", options, context }, all.map(panel));
}

/** The outline of bars. */
const steps = (values: readonly number[]): [x: number, y: number][] =>
  values.flatMap((rate, rank) => [[rank, rate], [rank + 1, rate]]);

function textOf(sorted: readonly number[], measure: DimensionRates["measure"]): string {
  const total = sorted.reduce((sum, rate) => sum + rate, 0);
  const range = `from ${sorted[0].toFixed(2)} down to ${sorted.at(-1)!.toFixed(2)}`;
  return `${MEASURES[measure]}, ${range}${measure === "bound" ? "" : `, sum ${nats(total)}`}`;
}

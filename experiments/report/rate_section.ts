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
import { type Floor, floorOf } from "./floor.ts";
import { type Markup, markup } from "./markup.ts";
import { PANEL, type Panel, panelsMarkup } from "./panels.ts";
import { byBeta, type Section, type Shown } from "./section.ts";

/** The rates of a group's first run, highest first. */
interface SortedRates {
  readonly shown: Shown;
  readonly measure: DimensionRates["measure"];
  readonly nats: readonly number[];
}

const MEASURES: Record<DimensionRates["measure"], string> = {
  exact: "exact",
  divergence: "KL from N(0, 1)",
  bound: "KL from a fitted Gaussian",
};

/** The rates by dimension of all groups for which they are known. */
export function rateSection(all: readonly Shown[]): Section | undefined {
  const known = all.filter(({ details }) => details.rates !== undefined);
  if (known.length === 0) return undefined;
  const betas = byBeta(known);
  const content =
    markup`<p>The information that each dimension of the code carries about a test image, the highest first; grey lines
are the other runs${
      betas.length > 1 ? " of the same β" : ""
    }. For Echo it is exact, and a dashed line is the least that its clip allows. For Gaussian codes with the prior N(0, I)
it is the divergence from N(0, 1). In both cases the sum is the rate. For all other models it is the divergence from the Gaussian that
fits the codes of the dimension best (of the input, if the latent layer is a flow): an upper bound on the information of the dimension
alone.</p>
${betas.map(([_, shown], i) => ratePanels(shown.map(sortedRates), `rates-${i}`))}`;
  return { id: "dimensions", title: "Rates by dimension", content };
}

function sortedRates(shown: Shown): SortedRates {
  const rates = shown.details.rates!;
  return { shown, measure: rates.measure, nats: byRate(rates).map((j) => rates.nats[j]) };
}

/** The panels of groups; `id` as in {@linkcode panelsMarkup}. */
function ratePanels(all: readonly SortedRates[], id: string): Markup {
  const size = greatest(all.map(({ nats }) => nats.length));
  const top = greatest(all.flatMap(({ nats }) => nats));
  const frame = { ...PANEL, marginTop: 26, x: [0, size], y: [0, top] } as const;
  const options = {
    x: { label: "dimension, by rank", labelAnchor: "center", labelArrow: "none", ticks: 5 },
    y: { label: "nats", grid: true, ticks: 5, labelArrow: "none" },
  } as const;
  const context = all.map(({ nats }) =>
    Plot.line(steps(nats), { stroke: "var(--faint)", strokeWidth: 1 })
  );
  const panel = ({ shown, measure, nats }: SortedRates): Panel => {
    const floor = floorOf(shown.group);
    const { color } = shown.style;
    return {
      name: shown.group.name,
      style: shown.style,
      text: textOf(nats, measure, floor),
      marks: [
        Plot.rectY(nats, {
          x1: (_, rank: number) => rank + 0.1,
          x2: (_, rank: number) => rank + 0.9,
          y: (rate: number) => rate,
          fill: color,
        }),
        Plot.ruleY([0]),
        ...floor === undefined ? [] : floorMarks(floor, size),
      ],
    };
  };
  return panelsMarkup({ id, frame, options, context }, all.map(panel));
}

/** The floor of a dimension: a dashed line above its label, at the right end. */
const floorMarks = ({ dimension }: Floor, size: number): Plot.Markish[] => [
  Plot.ruleY([dimension], { strokeDasharray: "6 4", strokeWidth: 1.25 }),
  Plot.text([dimension], {
    ...{ x: size, y: dimension, text: [`floor ${dimension.toFixed(2)}`] },
    ...{ textAnchor: "end", dy: -9, stroke: "var(--paper)", strokeWidth: 4, fill: "currentColor" },
  }),
];

/** The outline of bars. */
const steps = (values: readonly number[]): [x: number, y: number][] =>
  values.flatMap((rate, rank) => [[rank, rate], [rank + 1, rate]]);

function textOf(
  sorted: readonly number[],
  measure: DimensionRates["measure"],
  floor?: Floor,
): string {
  const total = sorted.reduce((sum, rate) => sum + rate, 0);
  const range = `from ${sorted[0].toFixed(2)} down to ${sorted.at(-1)!.toFixed(2)}`;
  const sum = measure === "bound" ? "" : `, sum ${nats(total)}`;
  const least = floor === undefined ? "" : `, floor ${nats(floor.total)}`;
  return `${MEASURES[measure]}, ${range}${sum}${least}`;
}

/**
 * The losses by epoch: charts in which all groups of one β can be compared, and a panel for each
 * group with validation against training.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest } from "../bench/statistics.ts";
import { meanOf } from "../laboratory/statistics/summary.ts";
import type { EpochRecord, Metrics } from "../runs/history.ts";
import { nats } from "../runs/progress.ts";
import { plotText } from "../formats/svg.ts";
import { shapeMark } from "./curve_style.ts";
import { endLabels, marginFor, spread } from "./end_labels.ts";
import { floorOf } from "./floor.ts";
import { epochTicks, type Frame, type Interval, placesIn, TEXT_SIZE } from "./frame.ts";
import { type Content, type Markup, markup, trusted } from "./markup.ts";
import { chartOptions, PANEL, type Panel, panelsMarkup } from "./panels.ts";
import { byBeta, byDataSet, type Section, type Shown } from "./section.ts";

/**
 * A scale covers the epochs after the first one and after this fraction of them; the first losses
 * are far above.
 */
const CUT_OFF = 1 / 10;

/** The most points of a line; a chart is 360 pixels wide. */
const MOST_POINTS = 360;

/** The most panels that are open when the page is opened. */
const MOST_OPEN = 6;

/** What the charts show, of validation images. */
const METRICS: readonly { name: string; of: (metrics: Metrics) => number }[] = [
  { name: "−ELBO", of: ({ rate, distortion }) => rate + distortion },
  { name: "rate", of: ({ rate }) => rate },
  { name: "distortion", of: ({ distortion }) => distortion },
];

/** The loss curves of each data set. */
export function lossSection(all: readonly Shown[]): Section | undefined {
  const some = all.filter(({ group }) => group.runs.some(({ history }) => history.length > 0));
  if (some.length === 0) return undefined;
  const content = byDataSet(some).map(([dataset, shown], i, { length }) => {
    const hasFloor = shown.some(({ group }) => floorOf(group) !== undefined);
    const betas = byBeta(shown);
    return markup`${length > 1 ? markup`<h3>${dataset}</h3>` : ""}
<p>Averages over the validation images, a line for each run; the first epochs are cut off.${
      hasFloor ? " A dashed line is the least rate that Echo’s clip allows, −L·ln(clip)." : ""
    }</p>
<div class="panels">
${betas.map(([beta, of]) => metricCharts(of, betas.length > 1 ? beta : undefined))}</div>
<details${
      shown.length > MOST_OPEN ? "" : trusted(" open")
    }><summary>Validation against training, run by run</summary>
<p>A dashed line is the average over the training images of an epoch, while the parameters change. Grey lines are the validation of the
other runs${betas.length > 1 ? " of the same β" : ""}, on the same scale.</p>
${betas.map(([_, of], j) => lossPanels(of, `losses-${i}-${j}`))}</details>`;
  });
  return { id: "losses", title: "Losses", content };
}

/** Charts of −ELBO, rate and distortion in which groups of one β can be compared. */
function metricCharts(shown: readonly Shown[], beta?: number): Content {
  const note = beta === undefined ? "" : `β ${beta}`;
  return METRICS.map(({ name, of }) => {
    const label = markup`<svg role="img" aria-label="${name} by epoch ${note}"`;
    const chart = metricChart(shown, of, name === "rate").replace("<svg", label.html);
    return markup`<figure><figcaption><b>${name}</b> ${note}</figcaption>
${trusted(chart)}</figure>
`;
  });
}

/** A line for each run; the name of each curve at its end. */
function metricChart(
  all: readonly Shown[],
  of: (metrics: Metrics) => number,
  hasFloors: boolean,
): string {
  const histories = all.map(({ group }) =>
    group.runs.map(({ history }) => history).filter(({ length }) => length > 0)
  );
  const floors = hasFloors ? all.flatMap(({ group }) => floorOf(group)?.total ?? []) : [];
  const values = lateOf(histories.flat()).map(({ valid }) => of(valid));
  const frame: Frame = {
    ...PANEL,
    height: Math.max(PANEL.height, 52 + 15 * all.length),
    marginRight: marginFor(all.map(({ curve }) => curve)),
    x: epochRange(histories.flat()),
    y: range([...values, ...floors]),
  };
  const ends = all.flatMap(({ curve, style }, i) => {
    const last = histories[i].map((history) => history.at(-1)!);
    if (last.length === 0) return [];
    const [x, y] = [meanOf(last.map(({ epoch }) => epoch)), meanOf(last.map((r) => of(r.valid)))];
    return [{ text: curve, color: style.color, style, x, y }];
  });
  return plotText({
    ...chartOptions(frame, { x: epochAxis(frame.x[1]), y: { label: null, grid: true, ticks: 5 } }),
    marks: [
      ...floorMarks(floors, frame),
      ...endLabels(ends, frame),
      ...all.flatMap(({ style }, i) =>
        histories[i].map((history) =>
          line(history, ({ valid }) => of(valid), { stroke: style.color })
        )
      ),
      ...ends.map((end) => shapeMark([end], end.style, { x: "x", y: "y" })),
    ],
  });
}

/** A dashed line at each floor below its label, near the right end, where few lines are so low. */
function floorMarks(floors: readonly number[], frame: Frame): Plot.Markish[] {
  const { toY, fromY } = placesIn(frame);
  const distinct = [...new Set(floors)];
  const range = [frame.marginTop, frame.height - frame.marginBottom] as const;
  const places = spread(distinct.map((floor) => toY(floor) - 9), TEXT_SIZE + 2, range);
  return [
    Plot.ruleY(distinct, { strokeDasharray: "6 4", strokeWidth: 1.25 }),
    Plot.text(distinct, {
      ...{ x: () => frame.x[1], y: (_, i) => fromY(places[i]), textAnchor: "end", dx: -8 },
      ...{ fill: "currentColor", stroke: "var(--paper)", strokeWidth: 4 },
      text: (floor: number) => `floor ${floor.toFixed(2)}`,
    }),
  ];
}

const epochAxis = (last: number): Plot.ScaleOptions => ({
  ...{ label: "epoch", labelAnchor: "center", labelArrow: "none" },
  ...{ ticks: epochTicks(last), tickFormat: String } as object,
});

/** From the first epoch to the last one, which is at the right end also where it is the first. */
function epochRange(histories: readonly (readonly EpochRecord[])[]): Interval {
  const last = greatest(histories.map((history) => history.at(-1)!.epoch));
  return [last === 1 ? 0 : 1, last];
}

/** The epochs that a scale covers; all of a history with a single one. */
const lateOf = (histories: readonly (readonly EpochRecord[])[]): EpochRecord[] =>
  histories.flatMap((history) => {
    const first = Math.max(1, CUT_OFF * history.at(-1)!.epoch);
    return history.length === 1 ? history : history.filter(({ epoch }) => epoch > first);
  });

function range(values: readonly number[]): Interval {
  const [low, high] = [-greatest(values.map((value) => -value)), greatest(values)];
  const margin = 0.04 * (high - low) || 1;
  return [low - margin, high + margin];
}

/** The panels of groups; `id` as in {@linkcode panelsMarkup}. */
export function lossPanels(all: readonly Shown[], id: string): Markup {
  const some = all.filter(({ group }) => group.runs.some(({ history }) => history.length > 0));
  const histories = some.flatMap(({ group }) => group.runs.map(({ history }) => history))
    .filter((history) => history.length > 0);
  const frame: Frame = {
    ...PANEL,
    marginRight: marginFor(["validation"]),
    x: epochRange(histories),
    y: range(lateOf(histories).flatMap(({ train, valid }) => [train.loss, valid.loss])),
  };
  const options = { x: epochAxis(frame.x[1]), y: { label: null, grid: true, ticks: 5 } };
  const context = some.flatMap((shown) =>
    lines(shown, "valid", { stroke: "var(--faint)", strokeWidth: 1 })
  );
  const panels = some.map((shown): Panel => {
    const { group, style } = shown;
    const last = group.runs.flatMap(({ history }) => history.slice(-1));
    const { train, valid } = last[0];
    const end = (text: string, split: "train" | "valid") => ({
      ...{ text, color: split === "valid" ? style.color : "currentColor" },
      x: meanOf(last.map(({ epoch }) => epoch)),
      y: clamp(meanOf(last.map((record) => record[split].loss)), frame.y),
    });
    return {
      name: group.name,
      style,
      text: `validation ${nats(valid.loss)}, training ${nats(train.loss)}`,
      marks: [
        ...endLabels([end("validation", "valid"), end("training", "train")], frame),
        ...lines(shown, "train", { strokeDasharray: "5 3", strokeOpacity: 0.7 }),
        ...lines(shown, "valid", { stroke: style.color }),
      ],
    };
  });
  return panelsMarkup({ id, frame, options, context }, panels);
}

const clamp = (value: number, [low, high]: Interval): number =>
  Math.max(low, Math.min(high, value));

/** A line for each run. */
const lines = ({ group }: Shown, split: "train" | "valid", style: Plot.LineYOptions) =>
  group.runs.filter(({ history }) => history.length > 0)
    .map(({ history }) => line(history, (record) => record[split].loss, style));

function line(
  history: readonly EpochRecord[],
  y: (record: EpochRecord) => number,
  style: Plot.LineYOptions,
): Plot.Markish {
  const options = { x: "epoch", y, strokeWidth: 1.5, clip: true, ...style };
  return Plot.lineY(thinned(history), options);
}

/** Every n-th epoch, counted back from the last one, so that at most MOST_POINTS remain. */
function thinned(history: readonly EpochRecord[]): readonly EpochRecord[] {
  const step = Math.ceil(history.length / MOST_POINTS);
  return history.filter((_, i) => (history.length - 1 - i) % step === 0);
}

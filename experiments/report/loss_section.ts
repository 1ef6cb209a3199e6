/**
 * The losses by epoch, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest } from "../bench/statistics.ts";
import type { EpochRecord } from "../runs/history.ts";
import { nats } from "../runs/progress.ts";
import type { RunGroup } from "./group.ts";
import { type Markup, markup } from "./markup.ts";
import { type Panel, panelsMarkup } from "./panels.ts";
import { byDataSet, type Section, type Shown } from "./section.ts";

/**
 * The scale covers the losses after this fraction of the epochs; the first losses are far above.
 */
const CUT_OFF = 1 / 3;

/** The most points of a line; a panel is 300 pixels wide. */
const MOST_POINTS = 1000;

/** The loss curves of each data set. */
export function lossSection(all: readonly Shown[]): Section | undefined {
  const some = all.filter(({ group }) => group.runs.some(({ history }) => history.length > 0));
  if (some.length === 0) return undefined;
  const content =
    markup`<p>Losses by epoch. All panels share one scale, and the highest losses are cut off. The numbers are
those of the last epoch.</p>
<ul class="keys">
<li><span class="key"></span>validation</li>
<li><span class="key dashed"></span>training: the average over an epoch while the parameters change</li>
<li><span class="key grey"></span>validation of the other runs</li>
</ul>
${
      byDataSet(some).map(([dataset, shown], i, { length }) => [
        length > 1 ? markup`<h3>${dataset}</h3>` : "",
        lossPanels(shown.map(({ group }) => group), `losses-${i}`),
      ])
    }`;
  return { id: "losses", title: "Losses", content };
}

/** The panels of groups that all have a history; `id` as in {@linkcode panelsMarkup}. */
export function lossPanels(groups: readonly RunGroup[], id: string): Markup {
  const histories = groups.flatMap(({ runs }) => runs.map(({ history }) => history))
    .filter((history) => history.length > 0);
  const epochs = greatest(histories.map((history) => history.at(-1)!.epoch));
  const options = {
    x: { label: "epoch", domain: [1, Math.max(2, epochs)], ticks: 4 },
    y: { label: "loss", domain: lossRange(histories), grid: true, ticks: 5 },
  };
  const context = groups.flatMap((group) => lines(group, "valid", { stroke: "var(--faint)" }));
  return panelsMarkup({ id, options, context }, groups.map(panel));
}

function lossRange(histories: readonly (readonly EpochRecord[])[]): [number, number] {
  const late = histories.flatMap((history) =>
    history.filter(({ epoch }) => epoch > CUT_OFF * history.at(-1)!.epoch)
  );
  const losses = late.flatMap(({ train, valid }) => [train.loss, valid.loss]);
  return [-greatest(losses.map((loss) => -loss)), greatest(losses)];
}

/** Every n-th epoch, counted back from the last one, so that at most MOST_POINTS remain. */
function thinned(history: readonly EpochRecord[]): readonly EpochRecord[] {
  const step = Math.ceil(history.length / MOST_POINTS);
  return history.filter((_, i) => (history.length - 1 - i) % step === 0);
}

function panel(group: RunGroup): Panel {
  const last = group.runs.flatMap(({ history }) => history.slice(-1));
  const { train, valid } = last[0];
  return {
    name: group.name,
    text: `validation ${nats(valid.loss)}, training ${nats(train.loss)}`,
    marks: [
      ...lines(group, "train", { stroke: "var(--second)", strokeDasharray: "5 3" }),
      ...lines(group, "valid", { stroke: "var(--first)" }),
    ],
  };
}

/** A line for each run. */
function lines(
  { runs }: RunGroup,
  split: "train" | "valid",
  style: Plot.LineYOptions,
): Plot.Markish[] {
  return runs.map(({ history }) =>
    Plot.lineY(thinned(history), {
      x: "epoch",
      y: (record: EpochRecord) => record[split].loss,
      strokeWidth: 1.5,
      clip: true,
      ...style,
    })
  );
}

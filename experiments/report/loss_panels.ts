/**
 * The loss by epoch, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest } from "../bench/statistics.ts";
import type { EpochRecord } from "../runs/history.ts";
import { nats } from "../runs/progress.ts";
import type { RunGroup } from "./group.ts";
import type { Markup } from "./markup.ts";
import { type Panel, panelsMarkup } from "./panels.ts";

/** Losses are cut off above those that any run has after this fraction of its epochs: the first ones are far above. */
const CUT_OFF = 1 / 3;

/** A line has no more points than this: a panel is 300 pixels wide. */
const MOST_POINTS = 1000;

/** The panels of groups of which each has a history; `id` as in {@linkcode panelsMarkup}. */
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

/** Every n-th epoch, and the last, of a history that has too many. */
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

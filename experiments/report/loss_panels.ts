/**
 * The loss by epoch, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import type { EpochRecord } from "../history.ts";
import { nats } from "../progress.ts";
import type { Group } from "./group.ts";
import type { Markup } from "./markup.ts";
import { type Panel, panelsMarkup } from "./panels.ts";

/** Of the epochs of all runs, so many have a loss that is cut off: the first ones are far above the others. */
const CUT_OFF = 0.1;
/** Runs of fewer epochs are shown whole. */
const FEW = 10;

/** The panels of groups of which each has a history; `id` as in {@linkcode panelsMarkup}. */
export function lossPanels(groups: readonly Group[], id: string): Markup {
  const records = groups.flatMap(({ runs }) => runs.flatMap(({ history }) => history));
  const epochs = Math.max(...records.map(({ epoch }) => epoch));
  const options = {
    x: { label: "epoch", domain: [1, Math.max(2, epochs)], ticks: 4 },
    y: { label: "loss", domain: lossRange(records, epochs), grid: true, ticks: 5 },
  };
  const context = groups.flatMap((group) => lines(group, "valid", { stroke: "var(--faint)" }));
  return panelsMarkup({ id, options, context }, groups.map(panel));
}

/** From the least loss up to where all but few are below. */
function lossRange(records: readonly EpochRecord[], epochs: number): [number, number] {
  const losses = records.flatMap(({ train, valid }) => [train.loss, valid.loss])
    .sort((a, b) => a - b);
  const last = epochs < FEW ? losses.length - 1 : Math.floor((1 - CUT_OFF) * (losses.length - 1));
  return [losses[0], losses[last]];
}

function panel(group: Group): Panel {
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
  { runs }: Group,
  split: "train" | "valid",
  style: Plot.LineYOptions,
): Plot.Markish[] {
  return runs.map(({ history }) =>
    Plot.lineY(history, {
      x: "epoch",
      y: (record: EpochRecord) => record[split].loss,
      strokeWidth: 1.5,
      clip: true,
      ...style,
    })
  );
}

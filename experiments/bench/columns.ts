/**
 * The columns of the tables of training steps.
 *
 * @module
 */

import {
  type Measurements,
  type PeerRecord,
  type Ratios,
  type StepRecord,
  stepTaskOf,
  type Times,
} from "./records.ts";
import { type Column, millis } from "../shell/table.ts";
import { MODEL_NAMES } from "./task.ts";

/** The columns of any time. */
export const TIME_COLUMNS: Column<Times>[] = [
  { title: "median ms", cell: (row) => millis(row.median_ms) },
  { title: "quartiles", cell: (row) => `${millis(row.q1_ms)}–${millis(row.q3_ms)}` },
  { title: "min", cell: (row) => millis(row.min_ms) },
];

/** The column of the time to the end of the first step. */
export const FIRST_STEP_COLUMN: Column<Measurements> = {
  title: "first step s",
  cell: (row) => (row.first_step_ms / 1000).toFixed(2),
};

/** The column of the resident memory. */
export const RSS_COLUMN: Column<Measurements> = {
  title: "RSS MB",
  cell: (row) => `${row.rss_mb}`,
};

/** The column of the two losses. */
const LOSS_COLUMN: Column<StepRecord> = {
  title: "loss at steps 1 → 10",
  cell: (row) => `${row.loss_1.toFixed(3)} → ${row.loss_10.toFixed(3)}`,
};

/** The columns of this library's steps. */
export const STEP_COLUMNS: Column<StepRecord>[] = [
  { title: "step", left: true, cell: (row) => MODEL_NAMES[stepTaskOf(row).model] },
  { title: "batch", cell: (row) => `${row.batch}` },
  { title: "width", cell: (row) => `${row.hidden}` },
  ...TIME_COLUMNS,
  { title: "GFLOP/s", cell: (row) => row.gflops.toFixed(1) },
  { title: "kernels", cell: (row) => `${row.kernels}` },
  RSS_COLUMN,
  LOSS_COLUMN,
];

/** The column of the ratio to another library. */
export const RATIO_COLUMN: Column<Ratios> = {
  title: "echograd / library",
  cell: ({ ratio, ratio_min, ratio_max }) =>
    ratio_min === ratio_max
      ? ratio.toFixed(2)
      : `${ratio.toFixed(2)} (${ratio_min.toFixed(2)}–${ratio_max.toFixed(2)})`,
};

/** The columns of the comparison with other libraries. */
export const PEER_COLUMNS: Column<PeerRecord>[] = [
  { title: "library", left: true, cell: (row) => row.library },
  ...TIME_COLUMNS,
  RATIO_COLUMN,
  FIRST_STEP_COLUMN,
  RSS_COLUMN,
  LOSS_COLUMN,
];

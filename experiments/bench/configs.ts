/**
 * Measures the training steps of shipped configs on the images of the fixture.
 *
 * @module
 */

import type { NamedConfig } from "../config/source.ts";
import { makeModel } from "../models/model.ts";
import { modelSize } from "../models/model_size.ts";
import { TIME_COLUMNS } from "./columns.ts";
import { ownProgram, startContestant } from "./contestant.ts";
import type { Target } from "./measure.ts";
import type { ConfigOrder } from "./protocol.ts";
import { type Length, race } from "./race.ts";
import { megabytes, rounded, type Times, times } from "./records.ts";
import type { Column } from "../shell/table.ts";
import { PIXELS } from "./task.ts";

/** The training step of a config. */
export interface ConfigRecord extends Times {
  readonly name: `${string}-step`;
  readonly config: string;
  readonly device: string;
  readonly batch: number;
  readonly parameters: number;
  /** The number of timed steps. */
  readonly steps: number;
  /** The loss in nats per image before the first and before the tenth step. */
  readonly loss_1: number;
  readonly loss_10: number;
  /** From the start of the process to the end of its first step; measured once. */
  readonly first_step_ms: number;
  readonly rss_mb: number;
}

const PROGRAM = ownProgram("config_step.ts", ["--allow-read"]);

/** Measures the steps of a config in a process of its own. */
export async function measureConfig(
  { name, config }: NamedConfig,
  { device, threads }: Target,
  length: Length,
  batch: number = config.batch,
): Promise<ConfigRecord> {
  const order: ConfigOrder = { config: name, batch, device, threads };
  await using contestant = await startContestant(PROGRAM, order);
  const [{ steps, losses, firstStepMs, rss }] = await race([contestant], length);
  return {
    name: `${name}-step`,
    config: name,
    device,
    batch,
    parameters: modelSize(makeModel(config, PIXELS), PIXELS).parameters,
    ...times(steps),
    steps: steps.count,
    loss_1: losses[0],
    loss_10: losses[1],
    first_step_ms: rounded(firstStepMs),
    rss_mb: megabytes(rss),
  };
}

/** The columns of a table of configs. */
export const CONFIG_COLUMNS: Column<ConfigRecord>[] = [
  { title: "config", left: true, cell: ({ config }) => config },
  { title: "batch", cell: (row) => `${row.batch}` },
  { title: "parameters", cell: (row) => row.parameters.toLocaleString("en") },
  ...TIME_COLUMNS,
  { title: "first step s", cell: (row) => (row.first_step_ms / 1000).toFixed(2) },
  { title: "RSS MB", cell: (row) => `${row.rss_mb}` },
  {
    title: "loss at steps 1 → 10",
    cell: (row) => `${row.loss_1.toFixed(1)} → ${row.loss_10.toFixed(1)}`,
  },
];

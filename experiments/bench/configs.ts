/**
 * Measures the training steps of shipped configs on the images of the fixture.
 *
 * @module
 */

import type { NamedConfig } from "../config/source.ts";
import { makeModel } from "../models/model.ts";
import { modelSize } from "../models/model_size.ts";
import { FIRST_STEP_COLUMN, RSS_COLUMN, TIME_COLUMNS } from "./columns.ts";
import { ownProgram, startContestant } from "./contestant.ts";
import type { Target } from "./measure.ts";
import type { ConfigOrder } from "./protocol.ts";
import { type Length, race } from "./race.ts";
import { type Measurements, measurements } from "./records.ts";
import type { Column } from "../shell/table.ts";
import { PIXELS, SIZE } from "./task.ts";

/** The training step of a config. */
export interface ConfigRecord extends Measurements {
  readonly name: `${string}-step`;
  readonly config: string;
  readonly device: string;
  readonly batch: number;
  readonly parameters: number;
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
  const [result] = await race([contestant], length);
  return {
    name: `${name}-step`,
    config: name,
    device,
    batch,
    parameters: modelSize(makeModel(config, SIZE), PIXELS).parameters,
    ...measurements(result),
  };
}

/** The columns of a table of configs. */
export const CONFIG_COLUMNS: Column<ConfigRecord>[] = [
  { title: "config", left: true, cell: ({ config }) => config },
  { title: "batch", cell: (row) => `${row.batch}` },
  { title: "parameters", cell: (row) => row.parameters.toLocaleString("en") },
  ...TIME_COLUMNS,
  FIRST_STEP_COLUMN,
  RSS_COLUMN,
  {
    title: "loss at steps 1 → 10",
    cell: (row) => `${row.loss_1.toFixed(1)} → ${row.loss_10.toFixed(1)}`,
  },
];

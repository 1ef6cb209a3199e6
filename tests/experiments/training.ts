/**
 * Training in a folder, and what came out of it.
 *
 * @module
 */

import type { Device } from "../../mod.ts";
import type { Config } from "../../experiments/config.ts";
import type { DataSet } from "../../experiments/data/images.ts";
import { type EpochRecord, readHistory } from "../../experiments/history.ts";
import type { RunFolder } from "../../experiments/run_folder.ts";
import { type Outcome, train } from "../../experiments/trainer.ts";
import { CONFIG, DATA } from "./bars.ts";

/** Trains in a folder, until this many epochs are finished. */
export function trainUntil(
  epochs: number,
  folder: RunFolder,
  device: Device,
  { config = CONFIG, data = DATA, resume = false }: {
    config?: Config;
    data?: DataSet;
    resume?: boolean;
  } = {},
): Promise<Outcome> {
  const controller = new AbortController();
  let lines = 0;
  const write = () => void (++lines === epochs && controller.abort());
  const terminal = { interactive: false, color: false, columns: 80, write };
  return train({ config, data, device, folder, resume, terminal, signal: controller.signal });
}

/** What a run has come to, without the time it took. */
export async function resultOf(folder: RunFolder): Promise<unknown> {
  const history = await readHistory(folder.history);
  return {
    config: await Deno.readTextFile(folder.config),
    history: history.map(({ seconds: _, ...record }: EpochRecord) => record),
    checkpoint: await Deno.readFile(folder.checkpoint),
    test: await Deno.readTextFile(folder.test),
    reconstructions: await Deno.readFile(folder.reconstructions),
    samples: await Deno.readFile(folder.samples),
    codes: await Deno.readFile(folder.codes),
    traversals: await Deno.readFile(folder.traversals),
  };
}

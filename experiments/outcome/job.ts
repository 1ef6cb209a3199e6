/**
 * A run that a command must finish: whether it is new, begun or already finished.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import { readTest } from "./conclusion.ts";
import { UserError } from "../shell/errors.ts";
import { exists } from "../shell/files.ts";
import { openRun, type RunFolder } from "../runs/run_folder.ts";

/** A run, finished or not. */
export interface Job {
  folder: RunFolder;
  config: Config;
}

/** Flags of `deno task train` that do not belong to a config. */
export interface TrainFlags {
  device: string;
  "data-dir"?: string;
  threads?: number;
  importance?: number;
  judge?: "yes" | "no";
}

/**
 * The arguments with which `deno task train` finishes a run; undefined if the run is finished.
 *
 * @throws {UserError} if the folder holds a run with another config
 */
export async function flagsLeft(
  { folder, config }: Job,
  flags: TrainFlags,
): Promise<string[] | undefined> {
  const how = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)]
  );
  const where = ["--filename", basename(folder.path), "--runs-dir", dirname(folder.path)];
  if (!await exists(folder.config)) {
    return ["--config", JSON.stringify(config), ...where, ...how];
  }
  const key = firstDifference(await openRun(folder), config);
  if (key !== undefined) {
    throw new UserError(
      `${folder.path} holds a run whose config differs in ${key}: choose another --runs-dir`,
    );
  }
  return await isFinished(folder, flags) ? undefined : ["--resume", ...where, ...how];
}

/** The first key whose values differ between two configs. */
function firstDifference(a: Config, b: Config): string | undefined {
  const keys = Object.keys({ ...a, ...b }) as (keyof Config)[];
  return keys.find((key) => !isDeepStrictEqual(a[key], b[key]));
}

/** Whether a run has its test results, with the bound on the likelihood if one is asked for. */
async function isFinished({ test }: RunFolder, { importance }: TrainFlags): Promise<boolean> {
  if (!await exists(test)) return false;
  return importance === undefined || (await readTest(test)).likelihood?.samples === importance;
}

/**
 * A run that a command wants finished: whether it is to be begun, gone on with, or done already.
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

/** Flags of `deno task train` that are no part of a config. */
export interface Means {
  device: string;
  "data-dir"?: string;
  threads?: number;
  importance?: number;
}

/**
 * The flags by which `deno task train` finishes a run; undefined if it is finished.
 *
 * @throws {UserError} if the folder holds a run of another config
 */
export async function flagsLeft(
  { folder, config }: Job,
  means: Means,
): Promise<string[] | undefined> {
  const how = Object.entries(means).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)]
  );
  const where = ["--filename", basename(folder.path), "--runs-dir", dirname(folder.path)];
  if (!await exists(folder.config)) {
    return ["--config", JSON.stringify(config), ...where, ...how];
  }
  const key = firstDifference(await openRun(folder), config);
  if (key !== undefined) {
    throw new UserError(
      `${folder.path} holds a run whose ${key} differs: choose another --runs-dir`,
    );
  }
  return await isFinished(folder, means) ? undefined : ["--resume", ...where, ...how];
}

/** The first key that two configs disagree on. */
function firstDifference(a: Config, b: Config): string | undefined {
  const keys = Object.keys({ ...a, ...b }) as (keyof Config)[];
  return keys.find((key) => !isDeepStrictEqual(a[key], b[key]));
}

/** Whether all is there that a run is to come to. */
async function isFinished({ test }: RunFolder, { importance }: Means): Promise<boolean> {
  if (!await exists(test)) return false;
  return importance === undefined || (await readTest(test)).likelihood?.samples === importance;
}

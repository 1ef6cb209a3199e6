/**
 * The folder of a run: what lies in it, and that no run is ever overwritten by another.
 *
 * @module
 */

import { dirname, join } from "node:path";
import type { Config } from "./config.ts";
import { readConfig } from "./config_source.ts";
import { reason, UserError } from "./errors.ts";
import { exists, makeFolder, writeFile } from "./files.ts";

/** The files of a run. */
export interface RunFolder {
  path: string;
  /** The config with every default and flag filled in. */
  config: string;
  /** A line of JSON for each epoch. */
  history: string;
  /** Parameters, optimizer state, key and epoch. */
  checkpoint: string;
  /** Rate, distortion and loss on the test images, once the run is finished. */
  test: string;
  /** The codes of the test images, once the run is finished. */
  codes: string;
  reconstructions: string;
  samples: string;
  /** Codes of a test image with one number changed, decoded, once the run is finished. */
  traversals: string;
}

/**
 * The folder of a run by its name; it need not exist.
 *
 * @throws {UserError} if the name is not a plain one
 */
export function runFolder(runsDir: string, name: string): RunFolder {
  if (!/^[\w][\w.+=-]*$/.test(name)) {
    throw new UserError(
      `a run must have a plain name (--filename) of letters, digits and "_.+=-", but has "${name}"`,
    );
  }
  return folderAt(join(runsDir, name));
}

/** The folder of a run by its path; it need not exist. */
export function folderAt(path: string): RunFolder {
  return {
    path,
    config: join(path, "config.json"),
    history: join(path, "history.jsonl"),
    checkpoint: join(path, "checkpoint.safetensors"),
    test: join(path, "test.json"),
    codes: join(path, "codes.safetensors"),
    reconstructions: join(path, "reconstructions.png"),
    samples: join(path, "samples.png"),
    traversals: join(path, "traversals.png"),
  };
}

/** A name that no run has yet: the name itself, else with the first free number after it. */
export async function freeName(runsDir: string, name: string): Promise<string> {
  let free = name;
  for (let i = 2; await exists(join(runsDir, free)); i++) free = `${name}_${i}`;
  return free;
}

/**
 * Makes the folder of a new run and writes its config.
 *
 * @throws {UserError} if there is such a run already, or the folder cannot be written
 */
export async function createRun(folder: RunFolder, config: Config): Promise<void> {
  await makeFolder(dirname(folder.path));
  try {
    await Deno.mkdir(folder.path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw new UserError(`cannot make the folder ${folder.path}: ${reason(error)}`, {
        cause: error,
      });
    }
    throw new UserError(
      `${folder.path} exists: go on with it by --resume, or choose another --filename`,
    );
  }
  await writeFile(folder.config, JSON.stringify(config, null, 2) + "\n");
}

/**
 * The config of an existing run.
 *
 * @throws {UserError} if there is no such run
 */
export async function openRun(folder: RunFolder): Promise<Config> {
  if (!await exists(folder.config)) {
    throw new UserError(`there is no run to resume in ${folder.path}: ${folder.config} is missing`);
  }
  return await readConfig(folder.config);
}

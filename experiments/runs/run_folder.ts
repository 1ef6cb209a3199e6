/**
 * The folder of a run: what lies in it, and that no run is ever overwritten or disturbed by another.
 *
 * @module
 */

import { basename, join } from "node:path";
import { epochOf } from "./checkpoint.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/source.ts";
import { UserError } from "../shell/errors.ts";
import { exists, makeFolder, namesIn, removeUnfinished, writeFile } from "../shell/files.ts";
import { holdFile } from "./lock.ts";

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
  /** Held by the process that trains. */
  lock: string;
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
    lock: join(path, ".lock"),
  };
}

/** A name that no run has yet: the name itself, else with the first free number after it. */
export async function freeName(runsDir: string, name: string): Promise<string> {
  let free = name;
  for (let i = 2; await exists(join(runsDir, free)); i++) free = `${name}_${i}`;
  return free;
}

/**
 * Makes the folder of a new run, in which no other process can train until the result is disposed of. One that was killed
 * before {@linkcode writeConfig} is begun anew: nothing had been trained.
 *
 * @throws {UserError} if there is such a run already, whole or in parts, or the folder cannot be written
 */
export async function createRun(folder: RunFolder): Promise<Disposable> {
  await makeFolder(folder.path);
  await refuseTaken(folder);
  const held = await holdRun(folder);
  try {
    // Once more: another process may have begun and ended in between.
    await refuseTaken(folder);
    return held;
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/**
 * Sees to it that no other process trains in the folder of a run until the result is disposed of, and removes what a
 * killed one left half-written.
 *
 * @throws {UserError} if another one does, or the folder cannot be written
 */
export async function holdRun(folder: RunFolder): Promise<Disposable> {
  const held = await holdFile(folder.lock, `${folder.path} is in use: a process trains in it`);
  try {
    await removeUnfinished(folder.path);
    return held;
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/** Writes the config, which makes the folder a run that can be gone on with: all that this needs is there before. */
export async function writeConfig(folder: RunFolder, config: Config): Promise<void> {
  await writeFile(folder.config, JSON.stringify(config, null, 2) + "\n");
}

/** A folder is free if it holds no more than what a start writes before the config. */
async function refuseTaken(folder: RunFolder): Promise<void> {
  const { path, config, lock, checkpoint, history } = folder;
  if (await exists(config)) {
    throw new UserError(`${path} exists: go on with it by --resume, or choose another --filename`);
  }
  const early = [lock, checkpoint, history, config].map((file) => basename(file));
  const isEarly = (name: string) =>
    early.some((file) => name === file || name.startsWith(`.${file}.`));
  const other = (await namesIn(path)).find((name) => !isEarly(name));
  if (other !== undefined) {
    throw new UserError(`${path} is no run, but holds ${other}: choose another --filename`);
  }
  const epoch = await epochOf(checkpoint) ?? 0;
  if (epoch === 0) return;
  throw new UserError(
    `${path} has lost its ${basename(config)}, but ${
      basename(checkpoint)
    } is trained for ${epoch} epochs: choose another --filename`,
  );
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

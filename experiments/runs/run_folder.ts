/**
 * The folder of a run: the names of its files, and the rules by which no run overwrites or disturbs
 * another.
 *
 * @module
 */

import { basename, join } from "node:path";
import { counted } from "../../lib/checks.ts";
import { epochOf } from "./checkpoint.ts";
import type { Config } from "../config/config.ts";
import { readRunConfig } from "../config/source.ts";
import { UserError } from "../shell/errors.ts";
import { exists, makeFolder, namesIn, removeUnfinished, writeFile } from "../shell/files.ts";
import { holdFile } from "./lock.ts";

/** The files of a run. */
export interface RunFolder {
  path: string;
  /** The config, with all defaults and flags filled in. */
  config: string;
  /** A line of JSON for each epoch. */
  history: string;
  /** The parameters, the state of the optimizer, the key and the epoch. */
  checkpoint: string;
  /** Rate, distortion and loss on the test images; it marks the run as finished. */
  test: string;
  /** The codes of the test images, written at the end. */
  codes: string;
  reconstructions: string;
  samples: string;
  /** Decoded images of one code whose dimensions are changed one at a time, written at the end. */
  traversals: string;
  /** How far the codes are disentangled, written at the end where images are made of factors. */
  scores: string;
  /** Locked by the process that trains. */
  lock: string;
}

/**
 * The folder of a run by its name; the folder need not exist.
 *
 * @throws {UserError} if the name has other characters than letters, digits and "_.+=-"
 */
export function runFolder(runsDir: string, name: string): RunFolder {
  if (!/^[\w][\w.+=-]*$/.test(name)) {
    throw new UserError(
      `the name of a run (--filename) may have letters, digits and "_.+=-" only, but is "${name}"`,
    );
  }
  return folderAt(join(runsDir, name));
}

/** The folder of a run by its path; the folder need not exist. */
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
    scores: join(path, "disentangle.json"),
    lock: join(path, ".lock"),
  };
}

/**
 * A name that no run has: the name itself, or with the first free number appended, such as
 * `echo_mnist_2`.
 */
export async function freeName(runsDir: string, name: string): Promise<string> {
  let free = name;
  for (let i = 2; await exists(join(runsDir, free)); i++) free = `${name}_${i}`;
  return free;
}

/**
 * Makes the folder of a new run and locks it against other processes until the result is disposed
 * of. The folder of a run that was killed before {@linkcode writeConfig} is used again: nothing had
 * been trained.
 *
 * @throws {UserError} if the folder holds a run or other files, or cannot be written
 */
export async function createRun(folder: RunFolder): Promise<Disposable> {
  await makeFolder(folder.path);
  await refuseTaken(folder);
  const held = await holdRun(folder);
  try {
    // Checked again: another process may have trained here between the first check and the lock.
    await refuseTaken(folder);
    return held;
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/**
 * Locks the folder of a run against other processes until the result is disposed of, and removes
 * half-written files that a killed process left.
 *
 * @throws {UserError} if another process trains there, or the folder cannot be written
 */
export async function holdRun(folder: RunFolder): Promise<Disposable> {
  const held = await holdFile(
    folder.lock,
    `${folder.path} is in use: another process trains there`,
  );
  try {
    await removeUnfinished(folder.path);
    return held;
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/**
 * Writes the config. It comes after the files that resuming needs: a folder with a config can be
 * resumed.
 */
export async function writeConfig(folder: RunFolder, config: Config): Promise<void> {
  await writeFile(folder.config, JSON.stringify(config, null, 2) + "\n");
}

/** Refuses a folder that holds more than the files that a new run writes before its config. */
async function refuseTaken(folder: RunFolder): Promise<void> {
  const { path, config, lock, checkpoint, history } = folder;
  if (await exists(config)) {
    throw new UserError(`${path} exists: continue it with --resume, or choose another --filename`);
  }
  const early = [lock, checkpoint, history, config].map((file) => basename(file));
  const isEarly = (name: string) =>
    early.some((file) => name === file || name.startsWith(`.${file}.`));
  const other = (await namesIn(path)).find((name) => !isEarly(name));
  if (other !== undefined) {
    throw new UserError(
      `${path} is not a run folder: it contains ${other}; choose another --filename`,
    );
  }
  const epoch = await epochOf(checkpoint) ?? 0;
  if (epoch === 0) return;
  throw new UserError(
    `${path} has no ${basename(config)}, although ${basename(checkpoint)} has finished ${
      counted(epoch, "epoch")
    }: ` +
      "choose another --filename",
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
  return await readRunConfig(folder.config);
}

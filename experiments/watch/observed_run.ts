/**
 * What can be seen of a run from outside: how far it is, and whether it goes on.
 *
 * @module
 */

import { join } from "node:path";
import { readTest } from "../outcome/conclusion.ts";
import { readLines } from "../report/history_lines.ts";
import type { EpochRecord, Metrics } from "../runs/history.ts";
import { folderAt } from "../runs/run_folder.ts";
import { UserError } from "../shell/errors.ts";
import { exists, isFolder, namesIn, readText } from "../shell/files.ts";

/** The state of a run. */
export type RunState = "waiting" | "running" | "silent" | "finished";

/** A run as it is seen. */
export interface ObservedRun {
  readonly path: string;
  readonly state: RunState;
  readonly history: readonly EpochRecord[];
  /** The number of epochs that the config asks for, if it is known. */
  readonly epochs?: number;
  /** The losses on the test images. */
  readonly test?: Metrics;
  /** Seconds since the last file was written. */
  readonly age: number;
  /** What could not be read. */
  readonly problem?: string;
}

/** Folders within folders that are searched for runs: `runs`, and sweeps in it. */
const DEPTH = 2;

/**
 * The folders of runs: each path that is one or does not exist yet, and otherwise the runs in the
 * folder.
 */
export async function runPaths(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => {
    if (await isRun(path) || !await exists(path)) return [path];
    return await isFolder(path) ? await runsBelow(path, DEPTH) : [];
  }));
  return [...new Set(found.flat())];
}

const isRun = (path: string): Promise<boolean> => exists(folderAt(path).config);

async function runsBelow(folder: string, depth: number): Promise<string[]> {
  const below = await Promise.all((await namesIn(folder)).map(async (name) => {
    const path = join(folder, name);
    if (name.startsWith(".") || !await isFolder(path)) return [];
    if (await isRun(path)) return [path];
    return depth > 1 ? await runsBelow(path, depth - 1) : [];
  }));
  return below.flat();
}

/**
 * Whether a run goes on: a file was written within three times an epoch and a minute, or, before
 * the first epoch, within ten minutes. The lock of the run would say it for sure, but a look at it
 * could disturb a run that starts at the same moment.
 */
export const mostAge = (history: readonly EpochRecord[]): number =>
  history.length === 0 ? 600 : 60 + 3 * history[history.length - 1].seconds;

/** Reads a run, and remembers what it read until the files change. */
export function observer(): (path: string, now: number) => Promise<ObservedRun> {
  const known = new Map<string, { version: string; run: ObservedRun; written: number }>();
  return async (path, now) => {
    const folder = folderAt(path);
    const files = [folder.config, folder.history, folder.test];
    const stats = await Promise.all(files.map((file) => Deno.stat(file).catch(() => undefined)));
    const written = Math.max(0, ...stats.map((stat) => stat?.mtime?.getTime() ?? 0));
    const version = stats.map((stat) => `${stat?.mtime?.getTime()} ${stat?.size}`).join();
    let last = known.get(path);
    if (last?.version !== version) {
      last = { version, written, run: await readRun(path) };
      known.set(path, last);
    }
    const age = Math.max(0, (now - last.written) / 1000);
    const { run } = last;
    const isSilent = run.state === "running" && age > mostAge(run.history);
    return { ...run, age, state: isSilent ? "silent" : run.state };
  };
}

async function readRun(path: string): Promise<ObservedRun> {
  const folder = folderAt(path);
  const problems: string[] = [];
  const part = async <T>(file: string, read: (file: string) => Promise<T>) => {
    try {
      return await exists(file) ? await read(file) : undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  };
  const epochs = await part(folder.config, async (file) => epochsOf(await readText(file)));
  const lines = await part(folder.history, async (file) => readLines(await readText(file)));
  const test = (await part(folder.test, readTest))?.losses;
  const isThere = epochs !== undefined || lines !== undefined || await isRun(path);
  const problem = [...problems, ...lines?.problems ?? []][0];
  return {
    path,
    history: lines?.records ?? [],
    ...epochs === undefined ? {} : { epochs },
    ...test === undefined ? {} : { test },
    ...problem === undefined ? {} : { problem },
    state: test !== undefined ? "finished" : isThere ? "running" : "waiting",
    age: 0,
  };
}

/** The number of epochs in a config of any version. */
function epochsOf(text: string): number | undefined {
  try {
    const epochs = (JSON.parse(text) as { epochs?: unknown } | null)?.epochs;
    return Number.isSafeInteger(epochs) ? epochs as number : undefined;
  } catch {
    return undefined; // the chart then ends with the last epoch
  }
}

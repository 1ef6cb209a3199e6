/**
 * Reads run folders. Whatever can be read is shown; each missing or damaged file becomes a sentence
 * on the page.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { readRunConfig } from "../config/source.ts";
import { readTest, type TestRecord } from "../outcome/conclusion.ts";
import type { DimensionRates } from "../models/latent.ts";
import { dimensionRates } from "../outcome/dimension_rates.ts";
import { UserError } from "../shell/errors.ts";
import { exists, readFile, readText } from "../shell/files.ts";
import type { EpochRecord } from "../runs/history.ts";
import { folderAt, type RunFolder } from "../runs/run_folder.ts";
import { decodeTensors } from "../formats/safetensors.ts";
import { type CodeMap, mapOfCodes } from "./code_map.ts";
import { readLines } from "./history_lines.ts";
import { type Picture, readPicture } from "./picture.ts";

/** A run with everything that could be read. */
export interface ReportRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: RunFolder;
  readonly config?: Config;
  readonly history: readonly EpochRecord[];
  /** The test results of a finished run. */
  readonly test?: TestRecord;
  /** A sentence for each missing or damaged file; {@linkcode readDetails} adds to them. */
  readonly problems: string[];
}

/** The large files, which are read only for the first run of each group. */
export interface Details {
  readonly codes?: CodeMap;
  readonly rates?: DimensionRates;
  readonly reconstructions?: Picture;
  readonly samples?: Picture;
  readonly traversals?: Picture;
}

/** The runs of a report. */
export interface Found {
  readonly runs: readonly ReportRun[];
  /** A sentence for each folder without a run. */
  readonly others: readonly string[];
}

/**
 * Reads the runs in some folders, each folder once. Paths of files are skipped.
 *
 * @throws {UserError} if a path does not exist, or no folder holds a run
 */
export async function readRuns(paths: readonly string[]): Promise<Found> {
  const runs: ReportRun[] = [];
  const others: string[] = [];
  for (const path of new Map(paths.map((path) => [resolve(path), path])).values()) {
    if (!await exists(path)) throw new UserError(`there is no run folder ${path}`);
    if (!(await Deno.stat(path)).isDirectory) continue;
    const run = await readRun(path);
    if (typeof run === "string") others.push(`${path}: ${run}`);
    else runs.push(run);
  }
  if (runs.length > 0) return { runs, others };
  const [first = "none of the paths is a folder", ...more] = others;
  throw new UserError(
    `there is no run: ${first}${more.length > 0 ? `; and ${more.length} more` : ""}`,
  );
}

/**
 * Reads the run in a folder.
 *
 * @returns the run, or why the folder holds no run: it has neither a finished epoch nor test
 * results
 */
async function readRun(path: string): Promise<ReportRun | string> {
  const folder = folderAt(path);
  const problems: string[] = [];
  const part = makePart(problems);
  const config = await part(folder.config, readRunConfig);
  const lines = await part(folder.history, readWholeHistory);
  const test = await exists(folder.test) ? await part(folder.test, readWholeTest) : undefined;
  const history = lines?.records ?? [];
  if (history.length === 0 && test === undefined) {
    return [...problems, ...lines?.problems ?? [], "there is no finished epoch"].join("; ");
  }
  problems.push(...lines?.problems ?? []);
  if (!await exists(folder.test)) problems.push(unfinished(history, config));
  if (!await exists(folder.checkpoint)) problems.push("checkpoint.safetensors is missing");
  return { name: basename(resolve(path)), folder, config, history, test, problems };
}

/** Why a run has no test results. */
function unfinished(history: readonly EpochRecord[], config?: Config): string {
  const last = history.at(-1)!.epoch;
  if (last === config?.epochs) return "the run is trained, but not tested";
  const of = config === undefined ? "" : ` of ${config.epochs}`;
  return `the run is not finished: epoch ${last}${of}`;
}

/** The most bytes of a history that a report reads. */
const MOST_BYTES = 2 ** 28;

async function readWholeHistory(path: string): Promise<ReturnType<typeof readLines>> {
  const { size } = await Deno.stat(path);
  if (size <= MOST_BYTES) return readLines(await readText(path));
  throw new UserError(`${path} has ${size} bytes, but a report reads at most ${MOST_BYTES}`);
}

async function readWholeTest(path: string): Promise<TestRecord> {
  const record = await readTest(path);
  const { rate, distortion } = record.losses;
  if (Number.isFinite(rate + distortion)) return record;
  throw new UserError(`${path} holds no rate and distortion`);
}

/**
 * Reads pictures and rates by dimension. Missing and damaged files are added to the run's problems.
 */
export async function readDetails(
  { folder, config, test, problems }: ReportRun,
): Promise<Details> {
  const part = makePart(problems);
  // The end of a run makes these files, so they are not missing from an unfinished run.
  const last: typeof part = (path, read) =>
    test === undefined ? Promise.resolve(undefined) : part(path, read);
  const codes = await last(folder.codes, async (path) => {
    const { tensors } = decodeTensors(await readFile(path), path);
    return {
      codes: mapOfCodes(tensors, path),
      rates: config && dimensionRates(config, tensors, path),
    };
  });
  return {
    ...codes,
    reconstructions: await part(folder.reconstructions, readPicture),
    samples: await part(folder.samples, readPicture),
    traversals: await last(folder.traversals, readPicture),
  };
}

/** A function that reads a file; if that fails, it adds the reason to `problems`. */
function makePart(problems: string[]) {
  return async <T>(path: string, read: (path: string) => Promise<T>): Promise<T | undefined> => {
    if (!await exists(path)) {
      problems.push(`${basename(path)} is missing`);
      return undefined;
    }
    try {
      return await read(path);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
}

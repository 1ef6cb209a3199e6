/**
 * Reads what a run has left: all of it that is whole, and in words what is not.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/source.ts";
import { readTest, type TestRecord } from "../outcome/conclusion.ts";
import type { DimensionRates } from "../models/latent.ts";
import { dimensionRates } from "../outcome/dimension_rates.ts";
import { UserError } from "../shell/errors.ts";
import { exists, readFile, readText } from "../shell/files.ts";
import type { EpochRecord } from "../runs/history.ts";
import { folderAt, type RunFolder } from "../runs/run_folder.ts";
import { decodeTensors } from "../formats/safetensors.ts";
import { readLines } from "./history_lines.ts";
import { type Picture, readPicture } from "./picture.ts";

/** A run as the report shows it. */
export interface ReportRun {
  /** The folder's name. */
  readonly name: string;
  readonly folder: RunFolder;
  readonly config?: Config;
  readonly history: readonly EpochRecord[];
  /** Of a finished run. */
  readonly test?: TestRecord;
  /** What the run lacks, or what is damaged, each in a sentence; {@linkcode readDetails} adds to them. */
  readonly problems: string[];
}

/** What is shown of one run of those that differ in the seed alone. */
export interface Details {
  readonly rates?: DimensionRates;
  readonly reconstructions?: Picture;
  readonly samples?: Picture;
  readonly traversals?: Picture;
}

/** What a report is of. */
export interface Found {
  readonly runs: readonly ReportRun[];
  /** Folders without a run, and what each of them lacks. */
  readonly others: readonly string[];
}

/**
 * Reads the runs in folders, each once; files beside the folders are passed over.
 *
 * @throws {UserError} if a path does not exist, or there is no run at all
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
 * @returns the run, or what makes the folder none: it has neither an epoch nor a test
 */
async function readRun(path: string): Promise<ReportRun | string> {
  const folder = folderAt(path);
  const problems: string[] = [];
  const part = makePart(problems);
  const config = await part(folder.config, readConfig);
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

/** Why there is no test. */
function unfinished(history: readonly EpochRecord[], config?: Config): string {
  const last = history.at(-1)!.epoch;
  if (last === config?.epochs) return "it is trained, but not tested";
  const of = config === undefined ? "" : ` of ${config.epochs}`;
  return `it is not finished: epoch ${last}${of}`;
}

/** A history of more bytes is not read. */
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

/** Reads pictures and rates by dimension, and adds what is missing of them to the run's problems. */
export async function readDetails(
  { folder, config, test, problems }: ReportRun,
): Promise<Details> {
  const part = makePart(problems);
  // These are made at the end of a run: of one that is not finished they are not missed.
  const last: typeof part = (path, read) =>
    test === undefined ? Promise.resolve(undefined) : part(path, read);
  const readRates = async (path: string) =>
    dimensionRates(config!, decodeTensors(await readFile(path), path).tensors, path);
  return {
    rates: config && await last(folder.codes, readRates),
    reconstructions: await part(folder.reconstructions, readPicture),
    samples: await part(folder.samples, readPicture),
    traversals: await last(folder.traversals, readPicture),
  };
}

/** Reads a file, or notes why that cannot be done. */
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

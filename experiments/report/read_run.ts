/**
 * Reads what a run has left: all of it that is whole, and in words what is not.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import type { Config } from "../config.ts";
import { readConfig } from "../config_source.ts";
import { readTest, type TestRecord } from "../conclusion.ts";
import { type DimensionRates, dimensionRates } from "../dimension_rates.ts";
import { UserError } from "../errors.ts";
import { exists, readFile, readText } from "../files.ts";
import type { EpochRecord } from "../history.ts";
import { folderAt, type RunFolder } from "../run_folder.ts";
import { decodeTensors } from "../safetensors.ts";
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

/**
 * Reads the run in a folder.
 *
 * @returns the run, or what makes the folder none: it has neither an epoch nor a test
 */
export async function readRun(path: string): Promise<ReportRun | string> {
  const folder = folderAt(path);
  const problems: string[] = [];
  const part = makePart(problems);
  const config = await part(folder.config, readConfig);
  const lines = await part(folder.history, async (path) => readLines(await readText(path)));
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
  const of = config === undefined ? "" : ` of ${config.epochs}`;
  return `it is not finished: epoch ${last}${of}`;
}

async function readWholeTest(path: string): Promise<TestRecord> {
  const record = await readTest(path);
  const { rate, distortion } = record.losses;
  if (Number.isFinite(rate + distortion)) return record;
  throw new UserError(`${path} holds no rate and distortion`);
}

/** Reads pictures and rates by dimension, and adds what is missing of them to the run's problems. */
export async function readDetails({ folder, config, problems }: ReportRun): Promise<Details> {
  const part = makePart(problems);
  return {
    rates: config && await part(folder.codes, async (path) => {
      return dimensionRates(config, decodeTensors(await readFile(path), path).tensors, path);
    }),
    reconstructions: await part(folder.reconstructions, readPicture),
    samples: await part(folder.samples, readPicture),
    traversals: await part(folder.traversals, readPicture),
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

/**
 * The history of a run: a file with a line of JSON for each epoch.
 *
 * @module
 */

import { z } from "zod";
import { issueText } from "../shell/issue.ts";
import { sha256 } from "../formats/sha256.ts";
import { UserError } from "../shell/errors.ts";
import { readText, writeFile } from "../shell/files.ts";

/** Averages over the images of a split, in nats per image. */
export interface Metrics {
  /** The information of the code about the image. */
  rate: number;
  /** The expected negative log-likelihood of the image, given its code. */
  distortion: number;
  /** The weighted sum that training minimises; −ELBO if all weights are 1. */
  loss: number;
  /** Further terms of the loss by type, without their weights. */
  [term: string]: number;
}

/** A line of the history. */
export interface EpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** At the end of the epoch. */
  learningRate: number;
  /** β at the end of the epoch, if it changes in training. */
  beta?: number;
  /** Averages over the training batches; the parameters change from batch to batch. */
  train: Metrics;
  valid: Metrics;
  /** The wall-clock time of the training steps. */
  seconds: number;
}

/** The name of the first metric that is NaN or infinite; undefined if all are finite. */
export function firstBadMetric(metrics: Metrics): string | undefined {
  return Object.keys(metrics).find((name) => !Number.isFinite(metrics[name]));
}

/** Writes the whole history, so that a crash can never leave half a line. */
export async function writeHistory(path: string, records: readonly EpochRecord[]): Promise<void> {
  await writeFile(path, records.map((record) => JSON.stringify(record) + "\n").join(""));
}

/** The digest of a history without its times, which differ between equal runs. */
export function historyDigest(records: readonly EpochRecord[]): string {
  return sha256(JSON.stringify(records.map(({ seconds: _, ...record }) => record)));
}

/** A number of a history; JSON has no NaN and no infinity and stores them as null. */
const number = z.number().nullable().transform((value) => value ?? NaN);

/** The schema of {@linkcode Metrics}. */
export const metrics: z.ZodType<Metrics> = z
  .object({ rate: number, distortion: number, loss: number }).catchall(number);
const recordSchema: z.ZodType<EpochRecord> = z.strictObject({
  epoch: z.int(),
  learningRate: number,
  beta: number.optional(),
  train: metrics,
  valid: metrics,
  seconds: number,
});

/**
 * Reads a history.
 *
 * @throws {UserError} if the file cannot be read, or line i is not the record of epoch i
 */
export async function readHistory(path: string): Promise<EpochRecord[]> {
  const lines = (await readText(path)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    const source = `${path}, line ${i + 1}`;
    const value = parseLine(line, source);
    const { data, error } = recordSchema.safeParse(value);
    if (error) throw new UserError(`${source}${issueText(error, value)}`);
    if (data.epoch === i + 1) return data;
    throw new UserError(`${source} holds epoch ${data.epoch}, but should hold epoch ${i + 1}`);
  });
}

function parseLine(line: string, source: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UserError(`${source} is not JSON`, { cause: error });
  }
}

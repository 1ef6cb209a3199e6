/**
 * The history of a run: a line of JSON for each epoch.
 *
 * @module
 */

import { UserError } from "./errors.ts";
import { readText, writeFile } from "./files.ts";

/** Averages over the images of a split, in nats per image. */
export interface Metrics {
  /** What the code tells of the image. */
  rate: number;
  /** What it costs to tell the image from its code. */
  distortion: number;
  /** The weighted sum that training makes small; −ELBO where all weights are 1. */
  loss: number;
  /** Further terms of the loss, not weighted, by their types. */
  [term: string]: number;
}

/** What is kept of an epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** At the end of the epoch. */
  learningRate: number;
  /** Averages over the epoch's batches, while the parameters moved. */
  train: Metrics;
  valid: Metrics;
  /** Wall-clock time of its training steps. */
  seconds: number;
}

/** Writes the whole history, so that a crash can never leave half a line. */
export async function writeHistory(path: string, records: readonly EpochRecord[]): Promise<void> {
  await writeFile(path, records.map((record) => JSON.stringify(record) + "\n").join(""));
}

/**
 * Reads a history.
 *
 * @throws {UserError} if the file cannot be read, or a line is not JSON
 */
export async function readHistory(path: string): Promise<EpochRecord[]> {
  const lines = (await readText(path)).split("\n");
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      throw new UserError(`${path}, line ${i + 1} is not JSON`, { cause: error });
    }
  });
}

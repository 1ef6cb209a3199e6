/**
 * The results of a finished job of a sweep.
 *
 * @module
 */

import { readTest } from "../outcome/conclusion.ts";
import { exists } from "../shell/files.ts";
import type { SweepJob } from "./job_list.ts";

/** A row of `curve.csv`. */
export interface SweepRow {
  config: string;
  beta: number;
  seed: number;
  /** In nats per test image. */
  rate: number;
  distortion: number;
  /** The sum of rate and distortion. */
  negative_elbo: number;
}

/** The row of a job; undefined if the job is not finished. */
export async function readSweepRow(
  { configName, beta, seed, folder }: SweepJob,
): Promise<SweepRow | undefined> {
  if (!await exists(folder.test)) return undefined;
  const { rate, distortion } = (await readTest(folder.test)).losses;
  return { config: configName, beta, seed, rate, distortion, negative_elbo: rate + distortion };
}

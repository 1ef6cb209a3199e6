/**
 * The row of a finished job in the table of a sweep.
 *
 * @module
 */

import { readTest } from "../outcome/conclusion.ts";
import { exists } from "../shell/files.ts";
import type { SweepJob } from "./job_list.ts";

/** A finished job. */
export interface SweepRow {
  config: string;
  beta: number;
  seed: number;
  /** On the test images, in nats per image. */
  rate: number;
  distortion: number;
  /** The sum of the two. */
  negative_elbo: number;
}

/** The row of a job; undefined if it is not finished. */
export async function readSweepRow(
  { configName, beta, seed, folder }: SweepJob,
): Promise<SweepRow | undefined> {
  if (!await exists(folder.test)) return undefined;
  const { rate, distortion } = (await readTest(folder.test)).losses;
  return { config: configName, beta, seed, rate, distortion, negative_elbo: rate + distortion };
}

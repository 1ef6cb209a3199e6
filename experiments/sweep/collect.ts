/**
 * What the jobs of a sweep have come to, and the files that say so.
 *
 * @module
 */

import { join } from "node:path";
import { readTest } from "../conclusion.ts";
import { exists, writeFile } from "../files.ts";
import { curveSvg } from "./curve.ts";
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
  { method, beta, seed, folder }: SweepJob,
): Promise<SweepRow | undefined> {
  if (!await exists(folder.test)) return undefined;
  const { rate, distortion } = (await readTest(folder.test)).losses;
  return { config: method, beta, seed, rate, distortion, negative_elbo: rate + distortion };
}

/**
 * Writes `curve.csv`, a line for each finished job, and, if there is one, `curve.svg`.
 *
 * @returns the finished jobs, method by method, by β and by seed
 */
export async function writeCurve(
  jobs: readonly SweepJob[],
  runsDir: string,
): Promise<SweepRow[]> {
  const methods = [...new Set(jobs.map(({ method }) => method))];
  const rows = (await Promise.all(jobs.map(readSweepRow)))
    .filter((row) => row !== undefined)
    .sort((a, b) =>
      methods.indexOf(a.config) - methods.indexOf(b.config) || a.beta - b.beta || a.seed - b.seed
    );
  await writeFile(join(runsDir, "curve.csv"), csvText(rows));
  if (rows.length > 0) {
    const datasets = new Set(jobs.map(({ config }) => config.dataset));
    const source = `${rows.length} of ${jobs.length} runs on ${[...datasets].join(" and ")}`;
    await writeFile(join(runsDir, "curve.svg"), curveSvg(rows, source));
  }
  return rows;
}

/** A table as comma-separated values, with a line of titles. */
function csvText(rows: readonly SweepRow[]): string {
  const titles = ["config", "beta", "seed", "rate", "distortion", "negative_elbo"] as const;
  const lines = rows.map((row) => titles.map((title) => row[title]).join(","));
  return [titles.join(","), ...lines].join("\n") + "\n";
}

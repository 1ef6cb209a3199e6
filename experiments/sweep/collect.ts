/**
 * The results of a sweep: `curve.csv`, `distances.csv`, `curve.svg` and `report.html`.
 *
 * @module
 */

import { basename, join } from "node:path";
import { exists, writeFile } from "../shell/files.ts";
import { csvText } from "../formats/csv.ts";
import { baseOf } from "../report/bjontegaard.ts";
import { reportPage } from "../report/page.ts";
import { readRuns } from "../report/read_run.ts";
import { curveSvg } from "./curve.ts";
import { distancesCsv } from "./distances.ts";
import type { SweepJob } from "./job_list.ts";
import { readSweepRow, type SweepRow } from "./row.ts";

const COLUMNS = ["config", "beta", "seed", "rate", "distortion", "negative_elbo"];

/**
 * Writes `curve.csv` with a row for each finished job; `curve.svg` and `distances.csv`, with a row
 * for each curve but the base, if there is a finished job.
 *
 * @returns the finished jobs, config by config, by β and by seed
 */
export async function writeCurve(
  jobs: readonly SweepJob[],
  runsDir: string,
): Promise<SweepRow[]> {
  const names = [...new Set(jobs.map(({ configName }) => configName))];
  const rows = (await Promise.all(jobs.map(readSweepRow)))
    .filter((row) => row !== undefined)
    .sort((a, b) =>
      names.indexOf(a.config) - names.indexOf(b.config) || a.beta - b.beta || a.seed - b.seed
    );
  await writeFile(join(runsDir, "curve.csv"), csvText(rows.map((row) => ({ ...row })), COLUMNS));
  if (rows.length > 0) {
    const datasets = new Set(jobs.map(({ config }) => basename(config.dataset)));
    const source = `${rows.length} of ${jobs.length} runs on ${[...datasets].join(" and ")}`;
    await writeFile(join(runsDir, "curve.svg"), curveSvg(rows, source));
    await writeFile(join(runsDir, "distances.csv"), distancesCsv(rows));
  }
  return rows;
}

/** Writes `report.html` of all jobs with a run folder; at least one must have finished an epoch. */
export async function writeReport(jobs: readonly SweepJob[], runsDir: string): Promise<void> {
  const begun: string[] = [];
  const base = baseOf(jobs.map(({ configName }) => configName));
  for (const { folder: { path } } of jobs) if (await exists(path)) begun.push(path);
  await writeFile(join(runsDir, "report.html"), await reportPage(await readRuns(begun), base));
}

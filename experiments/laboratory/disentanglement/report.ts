/**
 * The results of judged runs: a table with means over seeds, CSV and JSON.
 *
 * @module
 */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/config.ts";
import type { DataSet } from "../../data/images.ts";
import { csvText } from "../../formats/csv.ts";
import type { RunFolder } from "../../runs/run_folder.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import { type Column, tableText } from "../../shell/table.ts";
import { meanOf, varianceOf } from "../statistics/summary.ts";
import { type JudgedRun, openJudgedRun } from "./judged_run.ts";
import { measure, type Scores, TITLES } from "./metrics.ts";

/** The scores of a run. */
export interface RunScores {
  readonly run: string;
  readonly config: Config;
  /** In nats per test image. */
  readonly rate: number;
  readonly distortion: number;
  readonly scores: Scores;
}

/** The scores of a run that was opened; the seed decides what the metrics draw. */
export async function scoresOf(
  { name, config, test: { losses: { rate, distortion } }, sample }: JudgedRun,
  seed?: number,
): Promise<RunScores> {
  return { run: name, config, rate, distortion, scores: await measure(sample, seed) };
}

/** Runs that differ in their seeds alone. */
export interface SeedGroup {
  readonly name: string;
  readonly runs: readonly RunScores[];
}

/** Groups runs whose configs are equal but for the seed; a group has the name without `_seed0`. */
export function groupBySeed(runs: readonly RunScores[]): SeedGroup[] {
  const groups: { name: string; config: Config; runs: RunScores[] }[] = [];
  for (const run of runs) {
    const config = { ...run.config, seed: 0 };
    const found = groups.find((group) => isDeepStrictEqual(group.config, config));
    if (found !== undefined) found.runs.push(run);
    else groups.push({ name: run.run.replace(/_seed\d+$/, ""), config, runs: [run] });
  }
  return groups;
}

/** A row of the table: a quantity, and how to read it from a run. */
interface Quantity {
  readonly title: string;
  of(run: RunScores): number;
}

const QUANTITIES: readonly Quantity[] = [
  { title: "rate, nats", of: ({ rate }) => rate },
  { title: "distortion, nats", of: ({ distortion }) => distortion },
  ...Object.entries(TITLES).map(([name, title]) => ({
    title,
    of: ({ scores }: RunScores) => scores[name as keyof Scores],
  })),
];

/** The mean over seeds ± their standard deviation: "0.412 ± 0.031", or "0.412" of a single run. */
function spreadText(values: readonly number[]): string {
  const deviation = Math.sqrt(varianceOf(values));
  const digits = Math.abs(meanOf(values)) >= 10 ? 1 : 3;
  const mean = meanOf(values).toFixed(digits);
  return values.length === 1 ? mean : `${mean} ± ${deviation.toFixed(digits)}`;
}

/** The table: a row for each quantity, a column for each group. */
export function scoreTable(groups: readonly SeedGroup[]): string {
  const columns: Column<Quantity>[] = [
    { title: "", left: true, cell: ({ title }) => title },
    ...groups.map(({ name, runs }): Column<Quantity> => ({
      title: runs.length === 1 ? name : `${name} (${runs.length} seeds)`,
      cell: ({ of }) => spreadText(runs.map(of)),
    })),
  ];
  return tableText(columns, QUANTITIES);
}

/** A run as `--json` prints it. */
export type RunRecord =
  & Pick<RunScores, "run" | "rate" | "distortion">
  & Pick<Config, "dataset" | "seed">
  & Scores;

/** The record of a run. JSON has null for an infinite number. */
export function runRecord({ run, config, rate, distortion, scores }: RunScores): RunRecord {
  const { dataset, seed } = config;
  return { run, dataset, seed, rate, distortion, ...scores };
}

/** Writes disentangle.csv, disentangle.json and disentangle.md into a folder. */
export async function saveScores(runs: readonly RunScores[], folder: string): Promise<string[]> {
  const groups = groupBySeed(runs);
  const records = runs.map(runRecord);
  const summaries = groups.map(({ name, runs }) => ({
    name,
    seeds: runs.map(({ config }) => config.seed),
    ...Object.fromEntries(QUANTITIES.map(({ title, of }) => {
      const values = runs.map(of);
      const deviation = values.length > 1 ? Math.sqrt(varianceOf(values)) : null;
      return [title, { mean: meanOf(values), deviation }];
    })),
  }));
  const files = {
    "disentangle.csv": csvText(records.map((record) => ({ ...record }))),
    "disentangle.json": JSON.stringify({ groups: summaries, runs: records }, null, 2) + "\n",
    "disentangle.md": scoreTable(groups) + "\n",
  };
  await makeFolder(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return Object.keys(files).map((name) => join(folder, name));
}

/**
 * Judges a run that has just ended by the means of its codes, and writes the scores into its folder.
 *
 * @throws {UserError} as {@linkcode openJudgedRun}
 */
export async function judgeTrained(
  folder: RunFolder,
  data: DataSet,
): Promise<{ table: string; record: RunRecord }> {
  const run = await openJudgedRun(folder.path, () => Promise.resolve(data), "mean");
  const scores = await scoresOf(run), record = runRecord(scores);
  await writeFile(folder.scores, JSON.stringify(record) + "\n");
  return { table: scoreTable(groupBySeed([scores])), record };
}

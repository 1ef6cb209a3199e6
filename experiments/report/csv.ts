/**
 * Comma-separated values (RFC 4180), and the histories of runs as such: a row for each run and epoch.
 *
 * @module
 */

import type { ReportRun } from "./read_run.ts";

/** The text of the file. What a run does not know is left empty. */
export function historiesCsv(runs: readonly ReportRun[]): string {
  const rows = runs.flatMap(({ folder, config, history }) =>
    history.map(({ epoch, learningRate, seconds, train, valid }) => ({
      run: folder.path,
      dataset: config?.dataset,
      seed: config?.seed,
      epoch,
      learning_rate: learningRate,
      seconds,
      ...prefixed("train", train),
      ...prefixed("valid", valid),
    } as CsvRow))
  );
  return csvText(rows);
}

/** A row as text: a value for each name, empty where there is none. */
export type CsvRow = Readonly<Record<string, string | number | undefined>>;

/** Rows under the names that any of them has. */
export function csvText(rows: readonly CsvRow[]): string {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((line) => line.map(field).join(",") + "\r\n").join("");
}

const prefixed = (prefix: string, values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]),
  );

function field(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

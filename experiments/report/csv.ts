/**
 * Comma-separated values (RFC 4180), and the histories of runs as such: a row for each run and epoch.
 *
 * @module
 */

import type { ReportRun } from "./read_run.ts";

const COLUMNS = ["run", "dataset", "seed", "epoch", "learning_rate", "seconds"];

/** How the text of histories begins, and by which it is known. */
export const HISTORIES_START: string = COLUMNS.join(",");

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
  return csvText(rows, COLUMNS);
}

/** A row as text: a value for each name, empty where there is none. */
export type CsvRow = Readonly<Record<string, string | number | undefined>>;

/**
 * Rows under the names that any of them has, some of them first. A text that a spreadsheet would take for a formula, as it begins with =, +, - or @, has
 * a quotation mark before it; numbers stay as they are.
 */
export function csvText(rows: readonly CsvRow[], first: readonly string[] = []): string {
  const names = [...new Set([...first, ...rows.flatMap(Object.keys)])];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((line) => line.map(field).join(",") + "\r\n").join("");
}

const prefixed = (prefix: string, values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]),
  );

function field(value: string | number | undefined): string {
  const isFormula = typeof value === "string" && /^\s*[=+@-]/.test(value);
  const text = isFormula ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

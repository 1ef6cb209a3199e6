/**
 * The histories of runs as comma-separated values: a row for each run and epoch.
 *
 * @module
 */

import { type CsvRow, csvText } from "../formats/csv.ts";
import type { ReportRun } from "./read_run.ts";

const COLUMNS = ["run", "dataset", "seed", "epoch", "learning_rate", "seconds"];

/** The first characters of every such file; `--csv` overwrites only files that begin like this. */
export const HISTORIES_START: string = COLUMNS.join(",");

/** The text of the file. Cells without a value are empty. */
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

const prefixed = (prefix: string, values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]),
  );

/**
 * The results of a run, as a row of a comparison.
 *
 * @module
 */

import type { Column } from "../shell/table.ts";
import { median } from "../bench/statistics.ts";
import { readTest } from "../outcome/conclusion.ts";
import { readHistory } from "../runs/history.ts";
import { nats } from "../runs/progress.ts";
import type { RunFolder } from "../runs/run_folder.ts";

/** The results of one config; if it failed, only the reason. */
export interface ComparisonRow {
  config: string;
  failure?: string;
  parameters?: number;
  /** In nats per test image. */
  rate?: number;
  distortion?: number;
  /** −ELBO: the sum of rate and distortion. */
  negativeElbo?: number;
  /** The squared discrepancy between codes and prior, if the loss has that term. */
  mmd?: number;
  /** An upper bound on −log p(x), from `nllSamples` codes of each image. */
  nll?: number;
  nllSamples?: number;
  epochs?: number;
  /** The median time of an epoch's training steps. */
  secondsPerEpoch?: number;
}

/** The row of a finished run. */
export async function readComparisonRow(config: string, folder: RunFolder): Promise<ComparisonRow> {
  const { losses, parameters, likelihood } = await readTest(folder.test);
  const { rate, distortion, mmd } = losses;
  const history = await readHistory(folder.history);
  return {
    config,
    parameters,
    rate,
    distortion,
    negativeElbo: rate + distortion,
    mmd,
    nll: likelihood?.nats,
    nllSamples: likelihood?.samples,
    epochs: history.length,
    secondsPerEpoch: median(history.map(({ seconds }) => seconds)),
  };
}

/** A column of numbers; rows without one show a dash. */
const column = (
  title: string,
  of: keyof ComparisonRow,
  text: (value: number) => string,
): Column<ComparisonRow> => ({
  title,
  cell(row) {
    const value = row[of];
    return typeof value === "number" ? text(value) : row.failure === undefined ? "–" : "failed";
  },
});
const hundredths = (value: number) => value.toFixed(2);

/** The columns of a table. MMD and −log p(x) appear only if a row has them. */
export function columnsOf(rows: readonly ComparisonRow[]): Column<ComparisonRow>[] {
  const some = (of: keyof ComparisonRow, column: Column<ComparisonRow>) =>
    rows.some((row) => row[of] !== undefined) ? [column] : [];
  return [
    { title: "config", left: true, cell: ({ config }) => config },
    column("parameters", "parameters", (n) => n.toLocaleString("en")),
    column("rate", "rate", hundredths),
    column("distortion", "distortion", hundredths),
    column("−ELBO", "negativeElbo", hundredths),
    ...some("mmd", column("MMD", "mmd", nats)),
    ...some("nll", column("−log p(x) ≤", "nll", hundredths)),
    column("s/epoch", "secondsPerEpoch", (x) => x.toPrecision(3)),
  ];
}

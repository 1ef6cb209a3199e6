/**
 * A row of a comparison: what a finished run has come to.
 *
 * @module
 */

import type { Column } from "../shell/table.ts";
import { median } from "../bench/statistics.ts";
import { readTest } from "../outcome/conclusion.ts";
import { readHistory } from "../runs/history.ts";
import { nats } from "../runs/progress.ts";
import type { RunFolder } from "../runs/run_folder.ts";

/** Of one config; where it failed, only why. */
export interface ComparisonRow {
  config: string;
  failure?: string;
  parameters?: number;
  /** On the test images, in nats per image. */
  rate?: number;
  distortion?: number;
  /** −ELBO: the sum of the two. */
  negativeElbo?: number;
  /** The squared discrepancy between codes and prior, where the loss has it. */
  mmd?: number;
  /** An upper bound on −log p(x), by so many codes of each image. */
  nll?: number;
  nllSamples?: number;
  epochs?: number;
  /** Of an epoch's training steps, the median. */
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

/** A column of numbers that some rows lack. */
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

/** The columns of a table: those of all rows, and those that one of these rows has. */
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

/**
 * The results of a run, as a row of a comparison.
 *
 * @module
 */

import type { Column } from "../shell/table.ts";
import { median } from "../bench/statistics.ts";
import { measured } from "../laboratory/statistics/measured.ts";
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
  /** How far the prior that was fitted to Echo's codes for this bound is from them, in nats. */
  priorDistance?: number;
  /** The number of dimensions of the code that carry information. */
  activeUnits?: number;
  epochs?: number;
  /** The median time of an epoch's training steps. */
  secondsPerEpoch?: number;
  /** The number of seeds that are averaged, and the standard error of each mean. */
  seeds?: number;
  standardErrors?: Partial<Record<Averaged, number>>;
}

/** The numbers that differ between seeds. */
type Averaged = typeof AVERAGED[number];
const AVERAGED = [
  "rate",
  "distortion",
  "negativeElbo",
  "mmd",
  "nll",
  "priorDistance",
  "activeUnits",
  "epochs",
  "secondsPerEpoch",
] as const;

/** The row of a finished run. */
export async function readComparisonRow(config: string, folder: RunFolder): Promise<ComparisonRow> {
  const { losses, parameters, likelihood, activeUnits } = await readTest(folder.test);
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
    priorDistance: likelihood?.distance?.nats,
    activeUnits,
    epochs: history.length,
    secondsPerEpoch: median(history.map(({ seconds }) => seconds)),
  };
}

/** The means over the seeds of a config; a failure of one seed if there is any. */
export function meanRow(config: string, rows: readonly ComparisonRow[]): ComparisonRow {
  const seed = rows.findIndex(({ failure }) => failure !== undefined);
  if (seed >= 0) return { config, failure: `seed ${seed}: ${rows[seed].failure}` };
  const known = AVERAGED.filter((of) => rows.every((row) => row[of] !== undefined));
  const over = known.map((of) => [of, measured(rows.map((row) => row[of]!))] as const);
  return {
    ...rows[0],
    ...Object.fromEntries(over.map(([of, { value }]) => [of, value])),
    seeds: rows.length,
    ...rows.length > 1 &&
      { standardErrors: Object.fromEntries(over.map(([of, m]) => [of, m.standardError])) },
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
    const value = row[of], error = row.standardErrors?.[of as Averaged];
    if (typeof value !== "number") return row.failure === undefined ? "–" : "failed";
    return error === undefined ? text(value) : `${text(value)} ± ${text(error)}`;
  },
});
const hundredths = (value: number) => value.toFixed(2);

/** The columns of a table. Those that not every config has appear only if a row has them. */
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
    ...some("priorDistance", column("m off by", "priorDistance", hundredths)),
    ...some("activeUnits", column("active", "activeUnits", (n) => String(+n.toFixed(1)))),
    column("s/epoch", "secondsPerEpoch", (x) => x.toPrecision(3)),
  ];
}

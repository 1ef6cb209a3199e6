/**
 * The rows of the table: the formula, the known information, an estimate, and whether they agree.
 *
 * @module
 */
import type { Column } from "../../shell/table.ts";
import { normalQuantile } from "../statistics/distributions.ts";
import type { Measured } from "../statistics/measured.ts";
import { kolmogorovSmirnovLimit } from "../statistics/summary.ts";

/** Measurements of a channel. Information is in nats. */
export interface Finding {
  readonly section: string;
  readonly channel: string;
  /** The name of the estimator. */
  readonly by: string;
  /** The formula: the mean of the library's rate over the drawn examples, −⟨log |det S|⟩. */
  readonly formula: Measured;
  /** The exact mean of the rate over the whole population. */
  readonly rate: number;
  /**
   * The known information minus the rate. It is 0 unless given, which means the formula is exact.
   */
  readonly difference?: Measured;
  /** Its standard error is that of estimate − formula, as both come from the same draws. */
  readonly estimate: Measured;
  /** The side of the information that the estimate is on, if the estimate is a bound. */
  readonly relation?: "≤" | "≥";
  /** Gaps between the draws and the laws that theory gives them. */
  readonly laws?: readonly Gap[];
  /** Whether this row must show that the formula fails. */
  readonly fails?: boolean;
}

/** The Kolmogorov–Smirnov statistic of n draws. */
export interface Gap {
  readonly gap: number;
  readonly n: number;
}

/** A finding with its verdict. */
export interface ChannelRow extends Finding {
  /** The deviation of the estimate in standard errors. A bound deviates only on its wrong side. */
  readonly z: number;
  /** The deviation of the formula from the exact rate in standard errors. */
  readonly formulaZ: number;
  /** The largest gap divided by its limit. */
  readonly law?: number;
  readonly verdict: "green" | "red";
}

/** All rows, and the limits that they were judged by. */
export interface Judgement {
  readonly rows: readonly ChannelRow[];
  /** The largest deviation that is allowed, in standard errors. */
  readonly limit: number;
  /** The number of comparisons. */
  readonly tests: number;
  /** The probability that one comparison is red by chance. */
  readonly chance: number;
}

/** The probability that any row of a correct table is red. */
const FALSE_ALARM = 1e-4;

/** A number without error. */
export const exactly = (value: number): Measured => ({ value, standardError: 0 });

/**
 * Judges all findings of a table together. Each deviation and each gap gets the same share of the
 * probability of a false alarm, 10⁻⁴ divided by the number of comparisons (Bonferroni). A row that
 * must show a failure also needs an estimate that is significantly different from the formula.
 */
export function judge(findings: readonly Finding[]): Judgement {
  const tests = findings.reduce((count, { laws = [] }) => count + 2 + laws.length, 0);
  const chance = FALSE_ALARM / tests;
  const limit = normalQuantile(1 - chance / 2);
  const rows = findings.map((finding): ChannelRow => {
    const { estimate, formula, rate, difference = exactly(0), relation } = finding;
    const above = estimate.value - formula.value;
    const deviation = above - difference.value;
    const wrong = relation === "≤"
      ? Math.max(0, deviation)
      : relation === "≥"
      ? Math.min(0, deviation)
      : deviation;
    // The rounding of float32 remains even where nothing varies.
    const rounding = 1e-6 * (1 + Math.abs(rate));
    const error = Math.hypot(estimate.standardError, difference.standardError, rounding);
    const z = wrong / error;
    const formulaZ = (formula.value - rate) / Math.hypot(formula.standardError, rounding);
    const law = finding.laws === undefined
      ? undefined
      : Math.max(...finding.laws.map(({ gap, n }) => gap / kolmogorovSmirnovLimit(n, chance)));
    const holds = [z / limit, formulaZ / limit, law ?? 0].every((share) => Math.abs(share) <= 1);
    const isShown = !finding.fails || Math.abs(above) > limit * error;
    return { ...finding, z, formulaZ, law, verdict: holds && isShown ? "green" : "red" };
  });
  return { rows, limit, tests, chance };
}

/** A row as `--json` prints it and verify.json stores it. */
type ChannelRecord = Omit<ChannelRow, "formula" | "difference" | "estimate"> & {
  readonly formula: number;
  readonly formulaError: number;
  readonly difference: number;
  readonly differenceError?: number;
  readonly estimate: number;
  /** Of the estimate. */
  readonly standardError: number;
};

/** The record of a row. */
export function channelRecord(
  { formula, difference, estimate, ...rest }: ChannelRow,
): ChannelRecord {
  return {
    ...rest,
    formula: formula.value,
    formulaError: formula.standardError,
    difference: difference?.value ?? 0,
    differenceError: difference?.standardError || undefined,
    estimate: estimate.value,
    standardError: estimate.standardError,
  };
}

const nats = (value: number): string => value.toFixed(4);

/** The columns of the table. */
export const COLUMNS: readonly Column<ChannelRecord>[] = [
  { title: "channel", left: true, cell: (row) => row.channel },
  { title: "formula", cell: (row) => nats(row.formula) },
  { title: "known", cell: (row) => nats(row.rate + row.difference) },
  {
    title: "estimate",
    cell: (row) =>
      `${row.relation ?? ""} ${nats(row.estimate)} ± ${nats(row.standardError)}`.trim(),
  },
  { title: "by", left: true, cell: (row) => row.by },
  { title: "z", cell: (row) => row.z.toFixed(1) },
  { title: "law", cell: (row) => row.law === undefined ? "" : row.law.toFixed(2) },
  { title: "verdict", left: true, cell: (row) => row.verdict },
];

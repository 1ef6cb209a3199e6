/**
 * The rows of the table: what the formula says, what is known, what an estimator finds, and whether they agree.
 *
 * @module
 */
import type { Column } from "../../shell/table.ts";
import { normalCdf } from "../statistics/distributions.ts";

/** What was found out about a channel. Information is in nats. */
export interface Finding {
  readonly section: string;
  readonly channel: string;
  /** What estimated the information. */
  readonly by: string;
  /** The formula: the mean of the library's rate over the drawn examples, −⟨log |det S|⟩. */
  readonly formula: number;
  readonly formulaError: number;
  /** The mean of that over all examples, in closed form. */
  readonly rate: number;
  /** By how much the information is known to be more than the rate; 0 where the formula holds. */
  readonly difference: number;
  /** How well that is known. */
  readonly differenceError?: number;
  readonly estimate: number;
  /** Of estimate − formula: both are of the same draws. */
  readonly standardError: number;
  /** What the estimate is to the information, where it is a bound. */
  readonly relation?: "≤" | "≥";
  /** Gaps of Kolmogorov and Smirnov between draws and the laws that they are known to have. */
  readonly laws?: readonly Gap[];
  /** Whether the formula must be seen to fail. */
  readonly fails?: boolean;
}

/** Between n draws and a law. */
export interface Gap {
  readonly gap: number;
  readonly n: number;
}

/** A finding, judged. */
export interface ChannelRow extends Finding {
  /** How many standard errors the estimate is off, to the wrong side where it is a bound. */
  readonly z: number;
  /** How many standard errors the formula's mean over the draws is off. */
  readonly formulaZ: number;
  /** The largest gap of a law, as a share of what is allowed. */
  readonly law?: number;
  readonly verdict: "green" | "red";
}

/** All rows, and how they were judged. */
export interface Judgement {
  readonly rows: readonly ChannelRow[];
  /** How many standard errors a z may be off. */
  readonly limit: number;
  /** How many things were looked at. */
  readonly tests: number;
  /** The chance of each to be red by accident. */
  readonly chance: number;
}

/** The chance that any row of a table is red where everything is as it should be. */
const FALSE_ALARM = 1e-4;

/**
 * Judges findings together. Every z, of estimates and of formulas, and every gap of a law has the same chance to be red by
 * accident: 10⁻⁴ over their number (Bonferroni). A finding is green where none is; where the formula must fail, the estimate must
 * also be that far from it.
 */
export function judge(findings: readonly Finding[]): Judgement {
  const tests = findings.reduce((count, { laws = [] }) => count + 2 + laws.length, 0);
  const chance = FALSE_ALARM / tests;
  const limit = quantile(1 - chance / 2);
  const rows = findings.map((finding): ChannelRow => {
    const { estimate, formula, rate, difference, differenceError = 0, relation } = finding;
    const off = estimate - formula - difference;
    const wrong = relation === "≤" ? Math.max(0, off) : relation === "≥" ? Math.min(0, off) : off;
    // Where nothing varies, there is still the rounding of float32.
    const rounding = 1e-6 * (1 + Math.abs(rate));
    const error = Math.hypot(finding.standardError, differenceError, rounding);
    const z = wrong / error;
    const formulaZ = (formula - rate) / Math.hypot(finding.formulaError, rounding);
    const law = finding.laws === undefined
      ? undefined
      : Math.max(...finding.laws.map(({ gap, n }) => gap / gapLimit(n, chance)));
    const holds = [z / limit, formulaZ / limit, law ?? 0].every((share) => Math.abs(share) <= 1);
    const isTold = !finding.fails || Math.abs(estimate - formula) > limit * error;
    return { ...finding, z, formulaZ, law, verdict: holds && isTold ? "green" : "red" };
  });
  return { rows, limit, tests, chance };
}

/** The gap that n draws exceed with at most that chance (Massart, "The tight constant in the DKW inequality", 1990). */
export const gapLimit = (n: number, chance: number): number =>
  Math.sqrt(Math.log(2 / chance) / (2 * n));

/** Where the standard normal distribution function is p > ½. */
function quantile(p: number): number {
  let low = 0, high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

const nats = (value: number): string => value.toFixed(4);

/** The columns of the table. */
export const COLUMNS: readonly Column<ChannelRow>[] = [
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

/**
 * Groups of runs that differ only in their seed. The page shows one row, one panel and one set of
 * pictures for each group.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import { betaOf, isRate } from "../models/beta.ts";
import { byName } from "./curve_style.ts";
import type { ReportRun } from "./read_run.ts";

/** Runs of one config that differ only in their seed. */
export interface RunGroup {
  /** A short and unique name. */
  readonly name: string;
  /**
   * One run for each seed, finished runs first and then by seed. A run without a known config is a
   * group of its own.
   */
  readonly runs: readonly ReportRun[];
  /** Runs whose seed another run of the group also has. They are not counted. */
  readonly repeats: readonly ReportRun[];
  readonly config?: Config;
}

/** The groups of some runs, sorted by curve and then by β. */
export function groupRuns(runs: readonly ReportRun[]): RunGroup[] {
  const members = sets(runs, (a, b) => isDeepStrictEqual({ ...a, seed: 0 }, { ...b, seed: 0 }));
  const names = groupNames(members.map((group) => group.map(({ name }) => name)));
  const groups = members.map((group, i) => {
    const seed = ({ config }: ReportRun) => config?.seed ?? 0;
    const sorted = group.toSorted((a, b) =>
      Number(isFinished(b)) - Number(isFinished(a)) || seed(a) - seed(b)
    );
    const isFirst = (run: ReportRun) =>
      run === sorted.find(({ config }) => config?.seed === run.config?.seed);
    const { runs, repeats = [] } = Object.groupBy(
      sorted,
      (run) => isFirst(run) ? "runs" : "repeats",
    );
    return { name: names[i], runs: runs!, repeats, config: sorted[0].config };
  });
  const curves = curveNames(groups);
  const beta = ({ config }: RunGroup) => config === undefined ? 0 : betaOf(config.loss);
  return groups.sort((a, b) =>
    byName(curves.get(a)!, curves.get(b)!) || beta(a) - beta(b) || byName(a.name, b.name)
  );
}

/** Whether a run has test results. */
export const isFinished = ({ test }: ReportRun): boolean => test !== undefined;

/** The name of each group's curve. Groups that differ only in β are points of one curve. */
export function curveNames(groups: readonly RunGroup[]): Map<RunGroup, string> {
  const curves = sets(groups, (a, b) => isDeepStrictEqual(withoutBeta(a), withoutBeta(b)));
  const runs = curves.map((curve) => curve.flatMap(({ runs }) => runs.map(({ name }) => name)));
  const whole = groupNames(runs);
  // A curve with a single point has the β of its run in its name.
  const short = whole.map((name) => name.replace(/[\W_]+beta[\W_]*\d[\d.]*$/i, ""));
  const isUnique = new Set(short).size === short.length && !short.includes("");
  const names = isUnique ? short : whole;
  return new Map(curves.flatMap((curve, i) => curve.map((group) => [group, names[i]])));
}

/** Sorts items into sets whose configs are alike. An item without a config is a set of its own. */
function sets<T extends { readonly config?: Config }>(
  items: readonly T[],
  isAlike: (a: Config, b: Config) => boolean,
): T[][] {
  const found: T[][] = [];
  for (const item of items) {
    const { config } = item;
    const like = config &&
      found.find(([first]) => first.config !== undefined && isAlike(first.config, config));
    if (like === undefined) found.push([item]);
    else like.push(item);
  }
  return found;
}

const withoutBeta = (config: Config) => ({
  ...config,
  seed: 0,
  loss: config.loss.map((term) => isRate(term) ? { ...term, weight: 1 } : term),
});

/**
 * A short unique name for each set of names: their common start, without the seed and without the
 * ending of all sets.
 */
export function groupNames(sets: readonly (readonly string[])[]): string[] {
  const names = sets.map((set) => set.length === 1 ? set[0] : commonName(set));
  const settings = names.map((name) => name.replace(/[\W_]+seed[\W_]*\d+$/i, ""));
  const short = [withoutTail(settings), settings, names].find((names) =>
    names.every((name) => name !== "") && new Set(names).size === names.length
  );
  return short ?? names.map((name, i) => `${name} (${i + 1})`);
}

/** Names without their common ending, which begins at a `_`. */
function withoutTail(names: readonly string[]): string[] {
  const reversed = names.map((name) => [...name].reverse().join(""));
  const end = [...commonStart(reversed)].reverse().join("");
  const tail = names.length > 1 ? end.match(/_.*$/)?.[0].length ?? 0 : 0;
  return names.map((name) => name.slice(0, name.length - tail));
}

/**
 * The common start of names, without the word before the number that differs: "echo" for
 * `echo_seed1` and `echo_seed12`.
 */
function commonName(names: readonly string[]): string {
  let start = commonStart(names);
  if (names.some((name) => /[\d.]/.test(name[start.length]))) start = start.replace(/[\d.]+$/, "");
  return start.replace(/[\W_]+(s|seed|b|beta)?[\W_]*$/i, "") || names[0];
}

/** The longest common start of all names. */
function commonStart([first, ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

/**
 * Runs that differ in the seed alone, and so are one row, one panel and one set of pictures.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import { betaOf, isRate } from "../models/beta.ts";
import type { ReportRun } from "./read_run.ts";

/** See above. */
export interface RunGroup {
  /** Short, and of no other group. */
  readonly name: string;
  /** Each of another seed, those that are finished first; of a run whose config is not known, that one alone. */
  readonly runs: readonly ReportRun[];
  /** Runs of a seed that one of the others has too: they say nothing new. */
  readonly repeats: readonly ReportRun[];
  readonly config?: Config;
}

/** The groups of some runs: those of one curve together, by β. */
export function groupRuns(runs: readonly ReportRun[]): RunGroup[] {
  const members = sets(runs, (a, b) => isDeepStrictEqual({ ...a, seed: 0 }, { ...b, seed: 0 }));
  const names = groupNames(members.map((group) => group.map(({ name }) => name)));
  const groups = members.map((group, i) => {
    const sorted = group.toSorted((a, b) => Number(isFinished(b)) - Number(isFinished(a)));
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
  // So that `b2` stands before `b10`.
  const { compare } = new Intl.Collator("en", { numeric: true });
  return groups.sort((a, b) =>
    compare(curves.get(a)!, curves.get(b)!) || beta(a) - beta(b) || compare(a.name, b.name)
  );
}

/** Whether a run has come to its test. */
export const isFinished = ({ test }: ReportRun): boolean => test !== undefined;

/** The name of the curve that each group is a point of: those that differ in β alone are on one. */
export function curveNames(groups: readonly RunGroup[]): Map<RunGroup, string> {
  const curves = sets(groups, (a, b) => isDeepStrictEqual(withoutBeta(a), withoutBeta(b)));
  const runs = curves.map((curve) => curve.flatMap(({ runs }) => runs.map(({ name }) => name)));
  const names = groupNames(runs);
  return new Map(curves.flatMap((curve, i) => curve.map((group) => [group, names[i]])));
}

/** What has a config sorted into sets of what is alike; what has none is alone. */
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

/** A short name for each set of names: what they begin with, without a seed, and without what all sets end in. */
export function groupNames(sets: readonly (readonly string[])[]): string[] {
  const names = sets.map((set) => set.length === 1 ? set[0] : commonName(set));
  const settings = names.map((name) => name.replace(/[\W_]+seed[\W_]*\d+$/i, ""));
  const short = [withoutTail(settings), settings, names].find((names) =>
    names.every((name) => name !== "") && new Set(names).size === names.length
  );
  return short ?? names.map((name, i) => `${name} (${i + 1})`);
}

/** Names without the parts behind a `_` in which all of them end. */
function withoutTail(names: readonly string[]): string[] {
  const reversed = names.map((name) => [...name].reverse().join(""));
  const end = [...commonStart(reversed)].reverse().join("");
  const tail = names.length > 1 ? end.match(/_.*$/)?.[0].length ?? 0 : 0;
  return names.map((name) => name.slice(0, name.length - tail));
}

/** What names begin with, up to the number in which they differ and what it counts: "echo" of `echo_seed1` and `echo_seed12`. */
function commonName(names: readonly string[]): string {
  let start = commonStart(names);
  if (names.some((name) => /[\d.]/.test(name[start.length]))) start = start.replace(/[\d.]+$/, "");
  return start.replace(/[\W_]+(s|seed|b|beta)?[\W_]*$/i, "") || names[0];
}

/** The longest text that all names begin with. */
function commonStart([first, ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

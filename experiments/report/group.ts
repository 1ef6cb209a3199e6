/**
 * Runs that differ in the seed alone, and so are one row, one panel and one set of pictures.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config.ts";
import type { ReportRun } from "./read_run.ts";

/** See above. */
export interface Group {
  /** Short, and of no other group. */
  readonly name: string;
  /** At least one; of a run whose config is not known, that one alone. */
  readonly runs: readonly ReportRun[];
  readonly config?: Config;
  /** The one whose pictures are shown: the first that is finished, if one is. */
  readonly shown: ReportRun;
}

/** The groups of some runs, by their names in an order in which `b2` stands before `b10`. */
export function groupRuns(runs: readonly ReportRun[]): Group[] {
  const members: ReportRun[][] = [];
  for (const run of runs) {
    const like = members.find(([first]) => differInSeed(first.config, run.config));
    if (like === undefined) members.push([run]);
    else like.push(run);
  }
  const names = groupNames(members.map((group) => group.map(({ name }) => name)));
  const groups = members.map((group, i) => ({
    name: names[i],
    runs: group,
    config: group[0].config,
    shown: group.find(({ test }) => test !== undefined) ?? group[0],
  }));
  const { compare } = new Intl.Collator("en", { numeric: true });
  return groups.sort((a, b) => compare(a.name, b.name));
}

function differInSeed(a?: Config, b?: Config): boolean {
  return a !== undefined && b !== undefined && isDeepStrictEqual({ ...a, seed: 0 }, {
    ...b,
    seed: 0,
  });
}

/** The weight of the rate in the loss. */
export function betaOf({ loss }: Config): number {
  return loss.reduce((sum, { type, weight }) => sum + (type === "rate" ? weight : 0), 0);
}

/** A short name for each group of names: what they begin with, without what all groups end in. */
export function groupNames(groups: readonly (readonly string[])[]): string[] {
  const names = groups.map((group) => {
    const start = commonStart(group);
    return group.length === 1
      ? start
      : start.replace(/([\W_]+s(eed)?[\W_]*\d*|[\W_]+)$/i, "") || group[0];
  });
  const reversed = names.map((name) => [...name].reverse().join(""));
  const end = [...commonStart(reversed)].reverse().join("");
  const tail = names.length > 1 ? end.match(/_.*$/)?.[0].length ?? 0 : 0;
  const short = names.map((name) => name.slice(0, name.length - tail));
  const isSafe = short.every((name) => name !== "") && new Set(short).size === short.length;
  if (isSafe) return short;
  return names.map((name, i) => names.indexOf(name) === i ? name : `${name} (${i + 1})`);
}

/** The longest text that all names begin with. */
function commonStart([first, ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

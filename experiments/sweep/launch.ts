/**
 * What a launcher is: it gets jobs done, wherever it can.
 *
 * @module
 */

import type { SweepJob } from "./job_list.ts";

/** A job that is not finished, with the flags by which `deno task train` finishes it. */
export interface SweepTask {
  job: SweepJob;
  flags: readonly string[];
}

/** How to launch. */
export interface LaunchOptions {
  /** How many jobs may run at once; as many as there is room for unless given. */
  jobs?: number;
  /** Threads of each job; unless given, the launcher's choice. */
  threads?: number;
  /** The folder of the sweep. */
  runsDir: string;
  /** Ends the launch: no other job is begun. */
  stop: AbortSignal;
  /** Ends it at once. */
  kill: AbortSignal;
  /** Tells people what is done. */
  say(text: string): void;
  /** To be called when a job has ended, with the reason if it failed. */
  ended(job: SweepJob, failure?: string): Promise<void>;
}

/** Gets jobs done, and returns when there is no more to wait for. */
export type Launch = (tasks: readonly SweepTask[], options: LaunchOptions) => Promise<void>;

/** Where a job's words go. */
export function logOf({ folder }: SweepJob): string {
  return `${folder.path}.log`;
}

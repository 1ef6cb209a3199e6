/**
 * Launchers: each runs the jobs of a sweep somewhere, on this machine or on a cluster.
 *
 * @module
 */

import type { SweepJob } from "./job_list.ts";

/** An unfinished job, with the flags with which `deno task train` finishes it. */
export interface SweepTask {
  job: SweepJob;
  flags: readonly string[];
}

/** Options of a launcher. */
export interface LaunchOptions {
  /** The most jobs that run at once; by default as many as there is room for. */
  jobs?: number;
  /** The number of threads of each job; by default the launcher's choice. */
  threads?: number;
  /** The folder of the sweep. */
  runsDir: string;
  /** Stops the launch: running jobs stop after their epoch, and no other job starts. */
  stop: AbortSignal;
  /** Stops running jobs at once. */
  kill: AbortSignal;
  /** Prints a message. */
  say(text: string): void;
  /** The launcher calls this when a job has ended, with the reason if it failed. */
  ended(job: SweepJob, failure?: string): Promise<void>;
}

/** Runs jobs, and returns when all have ended or the launch was stopped. */
export type Launch = (tasks: readonly SweepTask[], options: LaunchOptions) => Promise<void>;

/** The path of the log with a job's output. */
export function logOf({ folder }: SweepJob): string {
  return `${folder.path}.log`;
}

/**
 * Runs jobs side by side on this machine, each in a process of its own.
 *
 * @module
 */

import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { UserError } from "../shell/errors.ts";
import { trainInProcess } from "../runs/train_process.ts";
import { type Launch, logOf } from "./launch.ts";

/** Trains the jobs on this machine. A job that crashes does not affect the others. */
export const launchHere: Launch = async (tasks, { kill, say, ended, ...options }) => {
  const { jobs, threads } = share(navigator.hardwareConcurrency, tasks.length, options);
  say(`${jobs} at once, with ${threads} ${threads === 1 ? "thread" : "threads"} each`);
  // If the sweep itself fails, its jobs are stopped as by Ctrl-C.
  const broken = new AbortController();
  const stop = AbortSignal.any([options.stop, broken.signal]);
  const queue = tasks.values();
  const work = async () => {
    for (const { job, flags } of queue) {
      if (stop.aborted) return;
      const all = [...flags, "--threads", String(threads)];
      await ended(job, await failureOf(trainInProcess(all, { stop, kill, log: logOf(job) })));
    }
  };
  const workers = Array.from({ length: jobs }, () =>
    work().catch((error) => {
      broken.abort();
      throw error;
    }));
  await Promise.allSettled(workers);
  await Promise.all(workers);
};

/** The number of jobs that run at once and the threads of each, so that they fill the cores. */
export function share(
  cores: number,
  tasks: number,
  { jobs, threads }: { jobs?: number; threads?: number },
): { jobs: number; threads: number } {
  const room = Math.max(1, Math.floor(cores / (threads ?? 1)));
  const atOnce = Math.min(jobs ?? room, tasks);
  const each = Math.max(1, Math.floor(cores / atOnce));
  return { jobs: atOnce, threads: threads ?? Math.min(each, COMMON_FLAGS.threads.max) };
}

/** The reason why a training failed, if it did. */
async function failureOf(training: Promise<void>): Promise<string | undefined> {
  try {
    await training;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

/**
 * Jobs side by side on this machine, each in a process of its own.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { trainInProcess } from "../train_process.ts";
import { type LaunchOptions, logOf, type Task } from "./launch.ts";

/** Trains the jobs on this machine; one that dies leaves the others alone. */
export async function launchHere(
  tasks: readonly Task[],
  { jobs, stop, kill, ended }: LaunchOptions,
): Promise<void> {
  const queue = tasks.values();
  const worker = async () => {
    for (const { job, flags } of queue) {
      if (stop.aborted) return;
      await ended(job, await failureOf(trainInProcess(flags, { stop, kill, log: logOf(job) })));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** Why a training failed, if it did. */
async function failureOf(training: Promise<void>): Promise<string | undefined> {
  try {
    await training;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

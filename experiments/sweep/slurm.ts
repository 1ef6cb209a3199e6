/**
 * Jobs past one machine: all of them as one Slurm job array, which leaves the same folders behind.
 *
 * @module
 */

import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { exists, makeFolder, readText, writeFile } from "../shell/files.ts";
import { UserError } from "../shell/errors.ts";
import { trainCommand } from "../runs/train_process.ts";
import { type LaunchOptions, logOf, type SweepTask } from "./launch.ts";
import type { SweepJob } from "./job_list.ts";
import { readArray, type SlurmArray, slurmFolder, slurmWords, writeArray } from "./slurm/array.ts";
import { isQueued, submitArray } from "./slurm/queue.ts";
import { arrayScript, failureIn } from "./slurm/script.ts";

/**
 * A shared file system may show after a while only what a task wrote last: so often more is looked
 * at the folders.
 */
const LAST_LOOKS = 6;

/**
 * Submits the jobs as one array, or finds the one that has them already, and waits for it.
 *
 * @param options.wait false to return as soon as the array is in the queue
 * @throws {UserError} if Slurm refuses, or another array of this folder is in its queue
 */
export async function launchBySlurm(
  tasks: readonly SweepTask[],
  options: LaunchOptions & { wait: boolean },
): Promise<void> {
  const { runsDir, wait, stop, say } = options;
  const array = await queuedArray(tasks, runsDir) ?? await submit(tasks, options);
  const later = "the same command collects what it has done, and scancel ends it";
  if (!wait) return say(`not waiting for array ${array.id}: ${later}`);
  say(`waiting for Slurm's array ${array.id}`);
  await follow(tasks, array, options);
  if (stop.aborted) say(`array ${array.id} goes on: ${later}`);
}

/** The array of an earlier command, if it is in the queue still. */
async function queuedArray(
  tasks: readonly SweepTask[],
  runsDir: string,
): Promise<SlurmArray | undefined> {
  const array = await readArray(runsDir);
  if (array === undefined || !await isQueued(array.id)) return undefined;
  const other = tasks.find(({ job }) => !array.jobs.includes(job.name));
  if (other === undefined) return array;
  throw new UserError(
    `Slurm's array ${array.id} of ${runsDir} has not ended and is without ${other.job.name}: ` +
      `wait for it, or end it by scancel ${array.id}`,
  );
}

async function submit(
  tasks: readonly SweepTask[],
  { runsDir, jobs: atOnce, threads = 1 }: LaunchOptions,
): Promise<SlurmArray> {
  await makeFolder(slurmFolder(runsDir));
  const script = join(slurmFolder(runsDir), "array.sh");
  const lines = tasks.map(({ job, flags }) => ({
    command: trainCommand([...flags, "--threads", String(threads)]),
    log: logOf(job),
  }));
  await writeFile(script, arrayScript(lines));
  const output = slurmWords(runsDir);
  const id = await submitArray(script, { tasks: tasks.length, atOnce, threads, output });
  const array = { id, jobs: tasks.map(({ job }) => job.name) };
  await writeArray(runsDir, array);
  return array;
}

/**
 * Waits for an array, and says of each job when it has ended.
 *
 * @param look how the queue is asked, and how often
 */
export async function follow(
  tasks: readonly SweepTask[],
  array: SlurmArray,
  { runsDir, stop, ended }: Pick<LaunchOptions, "runsDir" | "stop" | "ended">,
  look: { isQueued: typeof isQueued; everyMs: number } = { isQueued, everyMs: 5000 },
): Promise<void> {
  const open = new Set(tasks.map(({ job }) => job));
  for (let looks = 0; open.size > 0 && looks < LAST_LOOKS;) {
    // Before the folders, so that they are looked at once more after its end.
    if (!await look.isQueued(array.id)) looks++;
    for (const job of open) {
      const end = await endOf(job, array);
      if (end === undefined) continue;
      open.delete(job);
      await ended(job, end.failure);
    }
    if (open.size === 0) return;
    await pause(look.everyMs, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return;
  }
  for (const job of open) await ended(job, await lastWords(job, array, runsDir));
}

/** How a job has ended; undefined while there is nothing to see of that. */
async function endOf(job: SweepJob, { id }: SlurmArray): Promise<{ failure?: string } | undefined> {
  if (await exists(job.folder.test)) return {};
  const log = await exists(logOf(job)) ? await readText(logOf(job)) : "";
  const failure = failureIn(log, id);
  return failure === undefined ? undefined : { failure };
}

/** What Slurm said of a task that has left no trace of its end. */
async function lastWords(job: SweepJob, array: SlurmArray, runsDir: string): Promise<string> {
  const path = slurmWords(runsDir, array.id, array.jobs.indexOf(job.name));
  const words = await exists(path) ? (await readText(path)).trim() : "";
  if (words === "") return "it ended without a word";
  return `Slurm says: ${words.split("\n").at(-1)!.replace(/^.*\*\*\* (.*) \*\*\*$/, "$1")}`;
}

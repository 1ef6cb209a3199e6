/**
 * Runs jobs on a cluster, as one Slurm job array. It makes the same run folders as a local sweep.
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
 * The number of times that the folders are read after the array's end: a shared file system may
 * show the last files of a task with a delay.
 */
const LAST_LOOKS = 6;

/**
 * Submits the jobs as one array and waits for it. An array of an earlier command with the same jobs
 * is not submitted again.
 *
 * @param options.wait false to return as soon as the array is in the queue
 * @throws {UserError} if Slurm refuses, or an array with other jobs of this folder is in the queue
 */
export async function launchBySlurm(
  tasks: readonly SweepTask[],
  options: LaunchOptions & { wait: boolean },
): Promise<void> {
  const { runsDir, wait, stop, say } = options;
  const array = await queuedArray(tasks, runsDir) ?? await submit(tasks, options);
  const later = "the same command collects its results, and scancel ends it";
  if (!wait) return say(`not waiting for array ${array.id}: ${later}`);
  say(`waiting for Slurm's array ${array.id}`);
  await follow(tasks, array, options);
  if (stop.aborted) say(`array ${array.id} keeps running: ${later}`);
}

/** The array of an earlier command, if it is still in the queue. */
async function queuedArray(
  tasks: readonly SweepTask[],
  runsDir: string,
): Promise<SlurmArray | undefined> {
  const array = await readArray(runsDir);
  if (array === undefined || !await isQueued(array.id)) return undefined;
  const other = tasks.find(({ job }) => !array.jobs.includes(job.name));
  if (other === undefined) return array;
  throw new UserError(
    `Slurm's array ${array.id} of ${runsDir} is still running and does not include ${other.job.name}: ` +
      `wait for it, or end it with scancel ${array.id}`,
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
 * Waits for an array, and reports each job that has ended.
 *
 * @param look how the queue is queried, and how often
 */
export async function follow(
  tasks: readonly SweepTask[],
  array: SlurmArray,
  { runsDir, stop, ended }: Pick<LaunchOptions, "runsDir" | "stop" | "ended">,
  look: { isQueued: typeof isQueued; everyMs: number } = { isQueued, everyMs: 5000 },
): Promise<void> {
  const open = new Set(tasks.map(({ job }) => job));
  for (let looks = 0; open.size > 0 && looks < LAST_LOOKS;) {
    // The queue comes before the folders, so that they are read once more after the array's end.
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

/** How a job has ended; undefined while its files do not show an end. */
async function endOf(job: SweepJob, { id }: SlurmArray): Promise<{ failure?: string } | undefined> {
  if (await exists(job.folder.test)) return {};
  const log = await exists(logOf(job)) ? await readText(logOf(job)) : "";
  const failure = failureIn(log, id);
  return failure === undefined ? undefined : { failure };
}

/** What Slurm said about a task whose files do not show an end. */
async function lastWords(job: SweepJob, array: SlurmArray, runsDir: string): Promise<string> {
  const path = slurmWords(runsDir, array.id, array.jobs.indexOf(job.name));
  const words = await exists(path) ? (await readText(path)).trim() : "";
  if (words === "") return "the job ended without an error message";
  return `Slurm says: ${words.split("\n").at(-1)!.replace(/^.*\*\*\* (.*) \*\*\*$/, "$1")}`;
}

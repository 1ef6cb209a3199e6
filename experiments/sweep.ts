/**
 * `deno task sweep`: the rate–distortion curve of one or more methods, by training each with every β and every seed.
 *
 * @module
 */

import { standardOutput } from "./bench/output.ts";
import { COMMON_FLAGS } from "./common_flags.ts";
import { findConfigs } from "./config_source.ts";
import { DATA_SETS } from "./data/datasets.ts";
import { main, UserError } from "./errors.ts";
import { makeFolder } from "./files.ts";
import { helpText, parseFlags, type Values } from "./flags.ts";
import { onInterrupt } from "./interrupt.ts";
import { flagsLeft } from "./job.ts";
import { metricsText } from "./progress.ts";
import { jobList, parseBetas, type SweepJob } from "./sweep/job_list.ts";
import { logOf, type Task } from "./sweep/launch.ts";
import { launchHere } from "./sweep/local.ts";
import { readSweepRow, writeCurve } from "./sweep/row.ts";

const { threads: _, ...SHARED_FLAGS } = COMMON_FLAGS;

const FLAGS = {
  configs: {
    type: "text",
    value: "<a,b,…>",
    default: "echo,vae,vae_vamp",
    help: "names in experiments/configs, or files",
  },
  betas: {
    type: "text",
    value: "<a,b,…>",
    default: "0.25,0.5,1,2,4",
    help: "what the weight of the rate is multiplied by",
  },
  seeds: {
    type: "integer",
    value: "<number>",
    default: 3,
    min: 1,
    max: 1000,
    help: "runs of each config and beta, with the seeds 0, 1, …",
  },
  dataset: {
    type: "text",
    value: "<name>",
    allowed: DATA_SETS,
    help: `${DATA_SETS.join(" or ")} (default: each config's, ${DATA_SETS[0]})`,
  },
  epochs: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "passes over the training images (default: each config's, 20)",
  },
  "runs-dir": {
    type: "text",
    value: "<folder>",
    default: "runs/sweep",
    help: "where run folders are: finished runs are skipped, others go on",
  },
  ...SHARED_FLAGS,
  jobs: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "how many runs at once; they share the cores (default: the cores)",
  },
  json: { type: "boolean", help: "print a JSON object for each job" },
  help: { type: "boolean", help: "print this" },
} as const;

type Given = Values<typeof FLAGS>;

/** What a device takes at most. */
const MAX_THREADS = COMMON_FLAGS.threads.max;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return console.log(helpText("deno task sweep [flags]", FLAGS));
  const output = standardOutput(given.json);
  const jobs = await jobsOf(given);
  const { tasks, atOnce, threads } = await plan(jobs, given);
  output.say(
    `${jobs.length} jobs, ${jobs.length - tasks.length} finished before` +
      (tasks.length > 0
        ? `; ${atOnce} at once, with ${threads} ${threads === 1 ? "thread" : "threads"} each`
        : ""),
  );

  const killed = new AbortController();
  const stop = onInterrupt(() => killed.abort());
  await makeFolder(given["runs-dir"]);
  const save = () => writeCurve(jobs, given["runs-dir"]);
  let saved = save();
  const failed: string[] = [];
  const ended = async (job: SweepJob, failure = "it was stopped") => {
    saved = saved.then(save);
    const count = `${(await saved).length} of ${jobs.length}`;
    const row = await readSweepRow(job);
    if (row !== undefined) {
      const { rate, distortion } = row;
      output.record(row, `${job.name}  ${metricsText({ rate, distortion, loss: 0 })}  (${count})`);
    } else if (!stop.aborted) {
      failed.push(job.name);
      const { method: config, beta, seed } = job;
      output.record(
        { config, beta, seed, failure },
        `${job.name}  failed: ${failure}; see ${logOf(job)}`,
      );
    }
  };
  await launchHere(tasks, { jobs: atOnce, stop, kill: killed.signal, ended });
  const rows = await saved;

  if (stop.aborted) {
    output.say(
      `stopped with ${rows.length} of ${jobs.length} jobs finished; the same command goes on`,
    );
    Deno.exit(130);
  }
  if (failed.length > 0) {
    throw new UserError(
      `${failed.length} of ${jobs.length} jobs failed, and the same command tries them again: ` +
        failed.join(", "),
    );
  }
}

/** The jobs that the flags describe. */
async function jobsOf(given: Given): Promise<SweepJob[]> {
  const betas = parseBetas(given.betas);
  const configs = await findConfigs(given.configs);
  const { seeds, dataset, epochs, limit, "runs-dir": runsDir } = given;
  return jobList({ configs, betas, seeds, changes: { dataset, epochs, limit }, runsDir });
}

/** What is left to do, and how many jobs do it at once with how many threads. */
async function plan(
  jobs: readonly SweepJob[],
  { jobs: most, device, "data-dir": dataDir }: Given,
): Promise<{ tasks: Task[]; atOnce: number; threads: number }> {
  const cores = navigator.hardwareConcurrency;
  const means = { device, "data-dir": dataDir };
  const tasks: Task[] = [];
  for (const job of jobs) {
    const flags = await flagsLeft(job, means);
    if (flags !== undefined) tasks.push({ job, flags });
  }
  const atOnce = Math.min(most ?? cores, tasks.length);
  const threads = Math.max(1, Math.min(Math.floor(cores / atOnce), MAX_THREADS));
  for (const task of tasks) task.flags = [...task.flags, "--threads", String(threads)];
  return { tasks, atOnce, threads };
}

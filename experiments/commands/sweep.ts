/**
 * `deno task sweep`: draws rate–distortion curves by training each config with every β and every
 * seed.
 *
 * @module
 */

import { join } from "node:path";
import { type Output, standardOutput } from "../shell/output.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { findConfigs } from "../config/source.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { UserError } from "../shell/errors.ts";
import { makeFolder } from "../shell/files.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { flagsLeft } from "../outcome/job.ts";
import { main, print } from "../shell/program.ts";
import { writeReport } from "../sweep/collect.ts";
import { curveTable } from "../sweep/curve.ts";
import { distanceTable } from "../sweep/distances.ts";
import { followSweep } from "../sweep/follow.ts";
import { jobList, parseBetas, type SweepJob } from "../sweep/job_list.ts";
import type { LaunchOptions, SweepTask } from "../sweep/launch.ts";
import { varied } from "../sweep/vary.ts";
import { launchHere } from "../sweep/local.ts";
import { launchBySlurm } from "../sweep/slurm.ts";

const FLAGS = {
  configs: {
    type: "text",
    value: "<a,b,…>",
    default: "echo,vae,vae_vamp",
    help: "config names in experiments/configs, or files",
  },
  betas: {
    type: "text",
    value: "<a,b,…>",
    default: "0.25,0.5,1,2,4",
    help: "factors on the weight of the rate in the loss, one run each",
  },
  vary: {
    type: "texts",
    value: "<key=a,b,…>",
    help:
      "a key of the config, such as latent.size=8,16, with a curve for each value; may be repeated",
  },
  seeds: {
    type: "integer",
    value: "<number>",
    default: 3,
    min: 1,
    max: 1000,
    help: "the number of runs for each config and beta, with the seeds 0, 1, …",
  },
  ...DATA_FLAGS,
  "runs-dir": {
    type: "path",
    value: "<folder>",
    default: "runs/sweep",
    help: "the folder of all run folders; finished runs are skipped, others continued",
  },
  ...COMMON_FLAGS,
  threads: {
    ...COMMON_FLAGS.threads,
    help: "the number of CPU threads of each run (default: its share of the cores)",
  },
  jobs: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "the number of runs at the same time (default: the cores; with Slurm, its own limit)",
  },
  launcher: {
    type: "text",
    value: "<name>",
    default: "local",
    allowed: ["local", "slurm"],
    help: "local: processes on this machine; slurm: one job array with the settings of sbatch",
  },
  "no-wait": { type: "boolean", help: "submit the Slurm array and end without waiting for it" },
  "dry-run": { type: "boolean", help: "print the jobs and the state of each without training" },
  json: { type: "boolean", help: "print a JSON object for each job" },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task sweep [flags]

Train each config with each beta and seed, and draw their rate–distortion curves.

  deno task sweep --configs echo,vae --betas 0.5,1,2 --seeds 3 --epochs 5
  deno task sweep --configs vae --vary latent.size=8,16 --vary learningRate.rate=3e-4,1e-3`;

type Given = Values<typeof FLAGS>;

if (import.meta.main) await main(command);

/** Trains every job that is not finished, and draws the curves. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  if (given["no-wait"] && given.launcher !== "slurm") {
    throw new UserError(
      "--no-wait needs --launcher slurm: runs on this machine end together with this command",
    );
  }
  const jobs = await jobsOf(given);
  const tasks = await tasksLeft(jobs, given);
  const output = standardOutput(given.json, given.quiet);
  if (given["dry-run"]) return printJobs(jobs, tasks, output);

  const runsDir = given["runs-dir"];
  await makeFolder(runsDir);
  output.say(`${jobs.length} jobs, ${jobs.length - tasks.length} already finished`);
  const killed = new AbortController();
  const stop = onInterrupt(() => killed.abort());
  const sweep = await followSweep(jobs, { runsDir, output, stop });
  if (given.json) { for (const row of sweep.before) output.record(row, ""); }
  await launch(tasks, given, {
    ...{ runsDir, stop, kill: killed.signal },
    say: output.say,
    ended: sweep.ended,
  });
  const { rows, failed } = await sweep.close();

  if (rows.length > 0) {
    await writeReport(jobs, runsDir);
    const files = join(runsDir, "{curve.csv,distances.csv,curve.svg,report.html}");
    const parts = [curveTable(rows), distanceTable(rows), files].filter((part) => part !== "");
    output.say(`\n${parts.join("\n\n")}`);
  }
  if (stop.aborted) {
    output.say(
      `stopped with ${rows.length} of ${jobs.length} finished; the same command continues`,
    );
    Deno.exit(stop.reason);
  }
  if (failed.length > 0) {
    throw new UserError(
      `${failed.length} of ${jobs.length} jobs failed; the same command tries them again: ` +
        failed.join(", "),
    );
  }
}

/** The jobs that the flags describe. */
async function jobsOf(given: Given): Promise<SweepJob[]> {
  const betas = parseBetas(given.betas);
  const flags = { ...given, trainSize: given["train-size"] };
  const configs = varied(await findConfigs(given.configs), given.vary, flags);
  return jobList({
    configs,
    betas,
    seeds: given.seeds,
    changes: given,
    runsDir: given["runs-dir"],
  });
}

/** The jobs that are not finished, with the flags that finish them. */
async function tasksLeft(
  jobs: readonly SweepJob[],
  { device, "data-dir": dataDir }: Given,
): Promise<SweepTask[]> {
  const tasks: SweepTask[] = [];
  for (const job of jobs) {
    const flags = await flagsLeft(job, { device, "data-dir": dataDir });
    if (flags !== undefined) tasks.push({ job, flags });
  }
  return tasks;
}

/** Runs the tasks here or by Slurm, as the flags say. */
async function launch(
  tasks: readonly SweepTask[],
  { launcher, jobs, threads, "no-wait": noWait }: Given,
  options: LaunchOptions,
): Promise<void> {
  if (tasks.length === 0) return;
  const all = { ...options, jobs, threads };
  if (launcher === "local") await launchHere(tasks, all);
  else await launchBySlurm(tasks, { ...all, wait: !noWait });
}

/** Prints each job with its state. */
function printJobs(jobs: readonly SweepJob[], tasks: readonly SweepTask[], output: Output): void {
  for (const job of jobs) {
    const flags = tasks.find((task) => task.job === job)?.flags;
    const state = flags === undefined ? "finished" : flags.includes("--resume") ? "begun" : "new";
    const { configName: config, beta, seed, name, folder } = job;
    output.record({ config, beta, seed, folder: folder.path, state }, `${name}  ${state}`);
  }
}

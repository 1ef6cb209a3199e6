/**
 * `deno task disentangle`: judges how far the codes of finished runs are disentangled, or trains the
 * runs of the paper's second experiment first.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findConfigs } from "../config/source.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import {
  dataLoader,
  type LoadData,
  openJudgedRun,
  requireFactors,
} from "../laboratory/disentanglement/judged_run.ts";
import {
  groupBySeed,
  runRecord,
  type RunScores,
  saveScores,
  scoresOf,
  scoreTable,
} from "../laboratory/disentanglement/report.ts";
import { factorTraversals } from "../laboratory/disentanglement/traversals.ts";
import { flagsLeft } from "../outcome/job.ts";
import { userPath } from "../shell/command_line.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { UserError } from "../shell/errors.ts";
import { makeFolder, writeFile } from "../shell/files.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { type Output, standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { jobList, parseBetas, type SweepJob } from "../sweep/job_list.ts";
import type { SweepTask } from "../sweep/launch.ts";
import { launchHere } from "../sweep/local.ts";

/** The configs of the experiment at a size that two cores train in an hour. */
const SMALL = ["echo_dense", "vae_dense"]
  .map((name) => fileURLToPath(new URL(`../configs/disentangle/${name}.json`, import.meta.url)))
  .join(",");

/** Flags that only `--train` has. */
const TRAIN_FLAGS = {
  configs: {
    type: "text",
    value: "<a,b,…>",
    help:
      "config names in experiments/configs, or files (default: echo_dense,vae_dense, made for two cores)",
  },
  datasets: {
    type: "text",
    value: "<a,b,…>",
    help: "data sets whose images are made of factors (default: sprites,sprites_corr)",
  },
  betas: {
    type: "text",
    value: "<a,b,…>",
    help: "factors on the weight of the rate in the loss, one run each (default: 1)",
  },
  seeds: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "the number of runs of each, with the seeds 0, 1, … (default: 2)",
  },
  epochs: {
    ...COMMON_FLAGS.epochs,
    help: "passes over the training images (default: the config's)",
  },
  limit: {
    ...COMMON_FLAGS.limit,
    help: "train on the first images only, this many (default: the config's)",
  },
  jobs: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "the number of runs at the same time (default: the cores)",
  },
} as const;

const FLAGS = {
  run: {
    type: "texts",
    value: "<run folder>",
    help: "a finished run on images that are made of factors; may be repeated",
  },
  train: { type: "boolean", help: "train the experiment in --runs-dir first, then judge it" },
  ...TRAIN_FLAGS,
  "runs-dir": {
    type: "path",
    value: "<folder>",
    default: "runs/disentangle",
    help: "the folder of the runs of --train; finished runs are skipped, others continued",
  },
  "data-dir": DATA_FLAGS["data-dir"],
  codes: {
    type: "text",
    value: "<name>",
    default: "mean",
    allowed: ["mean", "z"],
    help: "judge the means f(x) or noisy codes z",
  },
  seed: {
    type: "integer",
    value: "<number>",
    default: 1,
    min: 1,
    max: 2 ** 31 - 1,
    help: "the seed of the metrics' draws",
  },
  json: { type: "boolean", help: "print a JSON object for each run" },
  out: {
    type: "path",
    value: "<folder>",
    help: "the folder for the tables and pictures (default: runs/disentangle, or --runs-dir)",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task disentangle [flags]

Judge how far the codes of finished runs are disentangled.

  deno task disentangle --run runs/vae_sprites --run runs/echo_sprites
  deno task disentangle --train    # the paper's second experiment, small`;

type Given = Values<typeof FLAGS>;

if (import.meta.main) await main(command);

/** Judges runs. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const output = standardOutput(given.json);
  const load = dataLoader(given["data-dir"]);
  const paths = given.train ? await trained(given, load, output) : pathsOf(given);
  const folder = given.out ?? given["runs-dir"];
  const all: RunScores[] = [];
  for (const path of paths) {
    output.busy(`judging ${path}`);
    const run = await openJudgedRun(path, load, given.codes);
    const scores = await scoresOf(run, given.seed);
    await makeFolder(folder); // only now, so that a mistake leaves no empty folder
    await writeFile(join(folder, `${run.name}_factors.png`), await factorTraversals(run));
    output.record(runRecord(scores), `judged ${path}`);
    all.push(scores);
  }
  const files = await saveScores(all, folder);
  const pictures = join(folder, all.length === 1 ? `${all[0].run}_factors.png` : "*_factors.png");
  output.say(`\n${scoreTable(groupBySeed(all))}\n\n${[...files, pictures].join(", ")}`);
}

/** The folders that `--run` names. */
function pathsOf(given: Given): string[] {
  if (given.run.length === 0) {
    throw new UserError(
      "no run is given; try: deno task disentangle --run runs/<name>, or --train",
    );
  }
  const flag = (Object.keys(TRAIN_FLAGS) as (keyof typeof TRAIN_FLAGS)[])
    .find((name) => given[name] !== undefined);
  if (flag !== undefined) throw new UserError(`--${flag} needs --train`);
  const paths = given.run.map(userPath), names = paths.map((path) => basename(path));
  refuseTwice("--run gives", names); // a name is a column, and the file of a picture
  return paths;
}

function refuseTwice(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`${what} ${twice} twice`);
}

/**
 * Trains the experiment, and returns its folders.
 *
 * @throws {UserError} if the images of a data set are not made of factors, or a run fails
 */
async function trained(given: Given, load: LoadData, output: Output): Promise<string[]> {
  if (given.run.length > 0) throw new UserError("--run and --train cannot be combined");
  const jobs = await jobsOf(given);
  for (const { config } of jobs) {
    requireFactors(await load(config), `--datasets has ${config.dataset}`);
  }
  const tasks: SweepTask[] = [];
  for (const job of jobs) {
    const flags = await flagsLeft(job, {
      ...{ device: "auto", judge: "no" }, // they are judged here
      "data-dir": given["data-dir"],
    });
    if (flags !== undefined) tasks.push({ job, flags });
  }
  output.say(`${jobs.length} runs, ${jobs.length - tasks.length} already finished`);
  const runsDir = given["runs-dir"];
  await makeFolder(runsDir);
  const killed = new AbortController();
  const stop = onInterrupt(() => killed.abort());
  const failures: string[] = [];
  if (tasks.length > 0) {
    await launchHere(tasks, {
      ...{ runsDir, stop, kill: killed.signal, jobs: given.jobs, say: output.say },
      ended(job, failure) {
        if (failure !== undefined) failures.push(`${job.name}: ${failure}`);
        else if (!stop.aborted) output.say(`trained ${job.folder.path}`);
        return Promise.resolve();
      },
    });
  }
  if (stop.aborted) {
    output.say("stopped; the same command continues");
    Deno.exit(stop.reason);
  }
  if (failures.length > 0) {
    throw new UserError(
      `${failures.length} of ${jobs.length} runs failed; the same command tries them again: ` +
        failures.join("; "),
    );
  }
  return jobs.map(({ folder }) => folder.path);
}

/** Every config on every data set with every β and seed, seed by seed. */
async function jobsOf(given: Given): Promise<SweepJob[]> {
  const configs = await findConfigs(given.configs ?? SMALL);
  const datasets = (given.datasets ?? "sprites,sprites_corr").split(",").map((name) => name.trim());
  refuseTwice("--datasets lists", datasets);
  const { epochs, limit, seeds = 2, betas = "1" } = given;
  const jobs = datasets.flatMap((dataset) =>
    jobList({
      configs: configs.map(({ name, config }) => ({ name: `${name}_${dataset}`, config })),
      ...{ betas: parseBetas(betas), seeds, changes: { dataset, epochs, limit } },
      runsDir: given["runs-dir"],
    })
  );
  return jobs.sort((a, b) => a.seed - b.seed);
}

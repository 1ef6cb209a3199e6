/**
 * `deno task train`: trains an autoencoder and leaves what came out in a run folder.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { type Device, openDevice } from "../mod.ts";
import { COMMON_FLAGS } from "./common_flags.ts";
import type { Config } from "./config.ts";
import { findConfig, withChanges } from "./config_source.ts";
import { DATA_SETS, loadDataSet } from "./data/datasets.ts";
import { main, UserError } from "./errors.ts";
import { helpText, parseFlags, type Values } from "./flags.ts";
import { onInterrupt } from "./interrupt.ts";
import { metricsText, nats, standardTerminal } from "./progress.ts";
import { makeModel } from "./model.ts";
import { modelSize, sizeText } from "./model_size.ts";
import { needsDensity } from "./models/rules.ts";
import { trainThroughLosses } from "./recovery.ts";
import { freeName, openRun, type RunFolder, runFolder } from "./run_folder.ts";
import type { Outcome } from "./trainer.ts";

const FLAGS = {
  config: {
    type: "text",
    value: "<name, file or JSON>",
    help: "the experiment: a name in experiments/configs, a file, or JSON (default: echo)",
  },
  beta: {
    type: "number",
    value: "<number>",
    min: 0,
    help: "the weight of the rate in the loss (default: the config's, 1)",
  },
  dataset: {
    type: "text",
    value: "<name>",
    allowed: DATA_SETS,
    help: `${DATA_SETS.join(" or ")} (default: the config's, ${DATA_SETS[0]})`,
  },
  epochs: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "passes over the training images; 200 is the full schedule (default: the config's, 20)",
  },
  seed: {
    type: "integer",
    value: "<number>",
    min: 0,
    max: 2 ** 32 - 1,
    help: "what every random choice follows from (default: the config's, 0)",
  },
  filename: {
    type: "text",
    value: "<name>",
    help: "the name of the run's folder (default: <config>_<dataset>)",
  },
  importance: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "at the end, bound the likelihood by so many codes of each test image (default: not)",
  },
  "runs-dir": { type: "text", value: "<folder>", default: "runs", help: "where run folders are" },
  resume: { type: "boolean", help: "go on with the run that --filename names" },
  ...COMMON_FLAGS,
  help: { type: "boolean", help: "print this" },
} as const;

type Given = Values<typeof FLAGS>;

/** Flags that make a config: a resumed run has one. */
const RUN_FLAGS = ["config", "beta", "dataset", "epochs", "limit", "seed"] as const;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return console.log(helpText("deno task train [flags]", FLAGS));

  const { config, folder } = given.resume ? await resumedRun(given) : await newRun(given);
  checkImportance(given, config);
  const data = await loadDataSet(config.dataset, given["data-dir"]);
  const device = await openDevice(given.device, { threads: given.threads }).catch(
    (error: Error) => {
      throw new UserError(`cannot open the device ${given.device}: ${error.message}`);
    },
  );
  console.log(`${config.latent.type} autoencoder on ${config.dataset}, by ${device.description}`);
  const { pixels } = data.train;
  console.log(sizeText(modelSize(makeModel(config, pixels), pixels)));
  console.log(`pictures after every epoch: ${folder.reconstructions} ${folder.samples}`);

  const { resume, importance } = given;
  const run = { config, data, folder, device, resume, importance };
  const outcome = await trainThroughLosses(
    { ...run, terminal: standardTerminal(), signal: onInterrupt() },
    (which) => reopen(which === "cpu" ? { ...given, device: which } : given),
  );
  report(outcome, config, folder);
}

/** A bound on the likelihood needs a density of codes. */
function checkImportance({ importance }: Given, config: Config): void {
  if (importance === undefined) return;
  const problem = needsDensity(config, "--importance", "a bound on the likelihood");
  if (problem !== undefined) throw new UserError(problem);
}

/** Another device in place of a lost one: of the same kind if that can be had, else the CPU. */
function reopen({ device, threads }: Pick<Given, "device" | "threads">): Promise<Device> {
  return openDevice(device, { threads }).catch(() => openDevice("cpu", { threads }));
}

/** The run that the flags describe, under a name that no run has yet. */
async function newRun(given: Given): Promise<{ config: Config; folder: RunFolder }> {
  const { name, config: found } = await findConfig(given.config ?? "echo");
  const config = withChanges(found, given);
  const runsDir = given["runs-dir"];
  const filename = given.filename ?? await freeName(runsDir, `${name}_${config.dataset}`);
  return { config, folder: runFolder(runsDir, filename) };
}

/** The run that --filename names, with the config that it was started with. */
async function resumedRun(given: Given): Promise<{ config: Config; folder: RunFolder }> {
  if (given.filename === undefined) {
    throw new UserError("--resume needs --filename, the name of the run to go on with");
  }
  const extra = RUN_FLAGS.find((flag) => given[flag] !== undefined);
  if (extra !== undefined) {
    throw new UserError(`--${extra} cannot be changed by --resume: a run keeps its own config`);
  }
  const folder = runFolder(given["runs-dir"], given.filename);
  return { config: await openRun(folder), folder };
}

/** What a person wants to know at the end. */
function report({ epoch, test }: Outcome, config: Config, folder: RunFolder): void {
  if (test === undefined) {
    const [runsDir, filename] = [dirname(folder.path), basename(folder.path)];
    const where = runsDir === FLAGS["runs-dir"].default ? "" : ` --runs-dir ${runsDir}`;
    console.log(
      `\nStopped after ${epoch} of ${config.epochs} epochs; go on with:\n` +
        `  deno task train --resume --filename ${filename}${where}`,
    );
    return;
  }
  if (epoch < config.epochs) {
    console.log(`the validation loss has stopped falling: ${epoch} of ${config.epochs} epochs`);
  }
  const echoes = config.latent.type === "echo" ? ", echoes drawn from the test batch" : "";
  console.log(`test: ${metricsText(test.losses)} (nats per image${echoes})`);
  if (test.likelihood === undefined) return;
  const { nats: bound, samples } = test.likelihood;
  console.log(`test: -log p(x) at most ${nats(bound)} nats per image, by ${samples} codes of each`);
}

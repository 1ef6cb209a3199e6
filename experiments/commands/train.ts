/**
 * `deno task train`: trains an autoencoder and leaves what came out in a run folder.
 *
 * @module
 */

import { basename } from "node:path";
import { type Device, openDevice } from "../../mod.ts";
import { shellWord } from "../shell/command_line.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import type { TestRecord } from "../outcome/conclusion.ts";
import type { Config } from "../config/config.ts";
import { findConfig, withChanges } from "../config/source.ts";
import { loadDataSet, shortName } from "../data/datasets.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import type { DataSet } from "../data/images.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { main, print, tell } from "../shell/program.ts";
import { metricsText, nats } from "../runs/progress.ts";
import { standardTerminal } from "../shell/terminal.ts";
import { makeModel } from "../models/model.ts";
import { checkFits } from "../models/memory.ts";
import { modelSize, sizeText } from "../models/model_size.ts";
import { modelLines, planLines } from "../training/plan.ts";
import { hasDensity, needsDensity } from "../models/rules.ts";
import { trainThroughLosses } from "../training/recovery.ts";
import { freeName, openRun, type RunFolder, runFolder } from "../runs/run_folder.ts";
import type { Outcome } from "../training/trainer.ts";

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
  ...DATA_FLAGS,
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
  "runs-dir": { type: "path", value: "<folder>", default: "runs", help: "where run folders are" },
  resume: { type: "boolean", help: "go on with the run that --filename names" },
  ...COMMON_FLAGS,
  json: { type: "boolean", help: "a JSON object an epoch, and one at the end; the rest to stderr" },
  "dry-run": { type: "boolean", help: "print the model and the plan, and train nothing" },
  help: { type: "boolean", help: "print this" },
} as const;

const USAGE = `deno task train [flags]

  deno task train --config vae --beta 0.5 --epochs 50 --filename vae_half
  deno task train --resume --filename vae_half

Exit codes: 0 when the run is finished, 1 for a mistake; when it was stopped first, 130 by Ctrl-C, and 141
by the end of a pipe, as in … | head.`;

type Given = Values<typeof FLAGS>;

/** Flags that make a config: a resumed run has one. */
const RUN_FLAGS = [
  "config",
  "beta",
  "dataset",
  "binarize",
  "train-size",
  "epochs",
  "limit",
  "seed",
] as const;

/** Flags that a resumed run is to be given again. */
const MEANS_FLAGS = ["runs-dir", "data-dir", "device", "threads", "importance"] as const;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));

  const { config, folder } = given.resume ? await resumedRun(given) : await newRun(given);
  checkImportance(given, config);
  const { dataset, binarize, trainSize } = config;
  const data = await loadDataSet(dataset, { binarize, trainSize, dataDir: given["data-dir"] });
  const device = await openDevice(given.device, { threads: given.threads }).catch(
    (error: Error) => {
      throw new UserError(`cannot open the device ${given.device}: ${error.message}`);
    },
  );
  const say = given.json ? tell : print;
  say(`${config.latent.type} autoencoder on ${dataset}, by ${device.description}`);
  say(describe(data));
  const { pixels } = data.train;
  checkFits(config, data, device);
  const model = makeModel(config, pixels);
  say(`${sizeText(modelSize(model, pixels))}, seed ${config.seed}`);
  if (given["dry-run"]) {
    device.close();
    return say([...modelLines(model, pixels), ...planLines(config, data, folder)].join("\n"));
  }
  say(`pictures after every epoch: ${folder.reconstructions} ${folder.samples}`);

  const { resume, importance } = given;
  const terminal = standardTerminal(given.json ? Deno.stderr : Deno.stdout);
  const onEpoch = given.json ? printJson : undefined;
  const signal = onInterrupt();
  const outcome = await trainThroughLosses(
    { config, data, folder, device, resume, importance, terminal, signal, onEpoch },
    (which) => reopen(which === "cpu" ? { ...given, device: which } : given),
  );
  if (outcome.test === undefined) {
    say(`\nStopped after ${outcome.epoch} of ${config.epochs} epochs; go on with:`);
    say(`  ${resumeCommand(folder, given)}`);
    Deno.exitCode = signal.reason;
    return;
  }
  report(outcome, outcome.test, config, say);
  if (given.json) printJson({ test: outcome.test });
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
  const filename = given.filename ??
    await freeName(runsDir, `${name}_${shortName(config.dataset)}`);
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

/** How many images there are, of which size and kind. */
function describe({ train, valid, test, width, height, redraw }: DataSet): string {
  const counts = [train, valid, test].map(({ count }) => count.toLocaleString("en"));
  const isGrey = train.white === 255 || train.data instanceof Float32Array;
  const kind = redraw ? "0 or 1, drawn for each batch" : isGrey ? "grey" : "0 or 1";
  return `${counts[0]} images to train, ${counts[1]} to validate, ${
    counts[2]
  } to test: ${width}×${height} pixels, ${kind}`;
}

/** A line on stdout for machines. */
function printJson(value: object): void {
  print(JSON.stringify(value));
}

/** The command that goes on with a run, as a shell takes it. */
function resumeCommand({ path }: RunFolder, given: Given): string {
  const usual = parseFlags(FLAGS, []);
  const again = MEANS_FLAGS.filter((name) => given[name] !== usual[name])
    .flatMap((name) => [`--${name}`, shellWord(String(given[name]))]);
  return ["deno task train --resume --filename", shellWord(basename(path)), ...again].join(" ");
}

/** What a person wants to know at the end. */
function report(
  { epoch }: Outcome,
  test: TestRecord,
  config: Config,
  say: (line: string) => void,
): void {
  if (epoch < config.epochs) {
    say(`the validation loss has stopped falling: ${epoch} of ${config.epochs} epochs`);
  }
  const echoes = hasDensity(config) ? "" : ", echoes drawn from the test batch";
  say(`test: ${metricsText(test.losses)} (nats per image${echoes})`);
  if (test.likelihood === undefined) return;
  const { nats: bound, samples } = test.likelihood;
  say(`test: -log p(x) at most ${nats(bound)} nats per image, by ${samples} codes of each`);
}

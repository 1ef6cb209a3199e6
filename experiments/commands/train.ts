/**
 * `deno task train`: trains an autoencoder and writes the results into a run folder.
 *
 * @module
 */

import { basename } from "node:path";
import { type Device, openDevice } from "../../mod.ts";
import { counted } from "../../lib/checks.ts";
import { shellWord } from "../shell/command_line.ts";
import { COMMON_FLAGS, SINGLE_RUN_FLAGS, TARGET_FLAGS } from "../shell/common_flags.ts";
import type { TestRecord } from "../outcome/conclusion.ts";
import type { Config } from "../config/config.ts";
import { findConfig, withChanges } from "../config/source.ts";
import { loadDataSet, shortName } from "../data/datasets.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { rendererOf } from "../data/factor_images.ts";
import { type DataSet, sizeOf } from "../data/images.ts";
import { treatmentOf } from "../data/treatment.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { main, print, tell } from "../shell/program.ts";
import type { EpochRecord } from "../runs/history.ts";
import { metricsText, nats } from "../runs/progress.ts";
import { eventLog } from "../runs/tensorboard.ts";
import { standardTerminal } from "../shell/terminal.ts";
import { makeModel } from "../models/model.ts";
import { checkFits } from "../models/memory.ts";
import { modelSize, sizeText } from "../models/model_size.ts";
import { costLines, timeStep } from "../training/cost.ts";
import { modelLines, planLines } from "../training/dry_run.ts";
import { hasDensity } from "../models/rules.ts";
import { boundProblem } from "../outcome/fitted_prior.ts";
import { judgeTrained } from "../laboratory/disentanglement/report.ts";
import { measuredText } from "../laboratory/statistics/measured.ts";
import { trainThroughLosses } from "../training/recovery.ts";
import { freeName, openRun, type RunFolder, runFolder } from "../runs/run_folder.ts";
import { type Outcome, trainingImages } from "../training/trainer.ts";

const FLAGS = {
  config: {
    type: "text",
    value: "<name, file or JSON>",
    help: "the experiment: a name in experiments/configs, a file, or JSON (default: echo)",
  },
  ...DATA_FLAGS,
  ...COMMON_FLAGS,
  ...SINGLE_RUN_FLAGS,
  ...TARGET_FLAGS,
  filename: {
    type: "text",
    value: "<name>",
    help: "the name of the run's folder (default: <config>_<dataset>)",
  },
  "runs-dir": {
    type: "path",
    value: "<folder>",
    default: "runs",
    help: "the folder of all run folders",
  },
  judge: {
    type: "text",
    value: "<yes or no>",
    default: "yes",
    allowed: ["yes", "no"],
    help: "where images are made of factors, judge at the end how far codes are disentangled",
  },
  log: {
    type: "text",
    value: "<program>",
    allowed: ["tensorboard"],
    help: "also write the history as event files of this program: tensorboard (default: none)",
  },
  resume: { type: "boolean", help: "continue the run that --filename names" },
  json: {
    type: "boolean",
    help:
      "print a JSON object for each epoch, the test and the scores; all other lines go to stderr",
  },
  "dry-run": {
    type: "boolean",
    help: "print the model, the plan and its cost, from a second of steps, without training",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task train [flags]

Train an autoencoder, and write its losses, pictures and checkpoint into a run folder.

  deno task train --config vae --beta 0.5 --epochs 50 --filename vae_half
  deno task train --resume --filename vae_half

Exit codes: 0 if the run finished, 1 after an error, 130 if Ctrl-C stopped it,
141 if the reader of its output went away (as in … | head).`;

type Given = Values<typeof FLAGS>;

/** Flags that change the config; a resumed run keeps its own. */
const RUN_FLAGS = [
  "config",
  "beta",
  "rate",
  "distortion",
  "dataset",
  "binarize",
  "train-size",
  "epochs",
  "limit",
  "seed",
  "per-label",
  "noise",
] as const;

/** Flags that the printed resume command repeats: the run folder does not store them. */
const REPEATED_FLAGS = [
  "runs-dir",
  "data-dir",
  "device",
  "threads",
  "importance",
  "judge",
  "log",
] as const;

if (import.meta.main) await main(command);

/** Trains an autoencoder, or prints the plan of that. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));

  const { config, folder } = given.resume ? await resumedRun(given) : await newRun(given);
  checkImportance(given, config);
  const { dataset } = config;
  const data = await loadDataSet(dataset, { ...treatmentOf(config), dataDir: given["data-dir"] });
  const device = await openDevice(given.device, { threads: given.threads }).catch(
    (error: Error) => {
      throw new UserError(`cannot open the device ${given.device}: ${error.message}`);
    },
  );
  const result = given.json ? tell : print;
  const say = given.quiet && !given["dry-run"] ? () => {} : result;
  say(`${config.latent.type} autoencoder on ${dataset}, computed by ${device.description}`);
  say(describe(data));
  const { pixels } = data.train;
  checkFits(config, data, device);
  const model = makeModel(config, sizeOf(data));
  say(`${sizeText(modelSize(model, pixels))}, seed ${config.seed}`);
  if (given["dry-run"]) {
    const images = trainingImages(config, data, model);
    const seconds = await timeStep(config, model, images, device, data.redraw);
    device.close();
    return say([
      ...modelLines(model, pixels),
      ...costLines(config, data, images, seconds),
      ...planLines(config, data, folder),
    ].join("\n"));
  }
  say(`pictures, rewritten after every epoch: ${folder.reconstructions} ${folder.samples}`);

  const { resume, importance } = given;
  const shown = standardTerminal(given.json ? Deno.stderr : Deno.stdout);
  const terminal = given.quiet ? { ...shown, interactive: false, write() {} } : shown;
  const log = given.log === undefined ? undefined : eventLog(folder);
  const onEpoch = async (record: EpochRecord) => {
    if (given.json && !given.quiet) printJson(record);
    await log?.epoch(record);
  };
  const signal = onInterrupt();
  const outcome = await trainThroughLosses(
    { config, data, folder, device, resume, importance, terminal, signal, onEpoch },
    (which) => reopen(which === "cpu" ? { ...given, device: which } : given),
  );
  if (outcome.test === undefined) {
    result(
      `\nStopped after ${outcome.epoch} of ${counted(config.epochs, "epoch")}; continue with:`,
    );
    result(`  ${resumeCommand(folder, given)}`);
    Deno.exitCode = signal.reason;
    return;
  }
  await log?.test(outcome.test.losses);
  report(outcome, outcome.test, config, result);
  if (given.json) printJson({ test: outcome.test });
  if (given.judge === "no" || rendererOf(data) === undefined) return;
  say("judging the codes, which takes some seconds; --judge no leaves it out");
  const judged = await judgeTrained(folder, data);
  result(`\n${judged.table}`);
  if (given.json) printJson({ disentangle: judged.record });
}

/** Refuses --importance for a config whose likelihood cannot be bounded. */
function checkImportance({ importance }: Given, config: Config): void {
  if (importance === undefined) return;
  const problem = boundProblem(config, "--importance");
  if (problem !== undefined) throw new UserError(problem);
}

/** Opens a device to replace a lost one: the same kind if possible, otherwise the CPU. */
function reopen({ device, threads }: Pick<Given, "device" | "threads">): Promise<Device> {
  return openDevice(device, { threads }).catch(() => openDevice("cpu", { threads }));
}

/** The run that the flags describe, in a folder whose name is free. */
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
    throw new UserError("--resume needs --filename, the name of the run to continue");
  }
  const extra = RUN_FLAGS.find((flag) => given[flag] !== undefined);
  if (extra !== undefined) {
    throw new UserError(`--${extra} cannot be changed with --resume: a run keeps its config`);
  }
  const folder = runFolder(given["runs-dir"], given.filename);
  return { config: await openRun(folder), folder };
}

/** The number of images, their size and their kind. */
function describe({ train, valid, test, width, height, redraw }: DataSet): string {
  const counts = [train, valid, test].map(({ count }) => count.toLocaleString("en"));
  const isGrey = train.white === 255 || "data" in train && train.data instanceof Float32Array;
  const kind = redraw ? "binary, redrawn for each batch" : isGrey ? "grey" : "binary";
  return `images: ${counts[0]} for training, ${counts[1]} for validation, ${counts[2]} for ` +
    `testing; ${width}×${height} pixels, ${kind}`;
}

/** Writes a line of JSON on stdout. */
function printJson(value: object): void {
  print(JSON.stringify(value));
}

/** The shell command that continues a run. */
function resumeCommand({ path }: RunFolder, given: Given): string {
  const defaults = parseFlags(FLAGS, []);
  const again = REPEATED_FLAGS.filter((name) => given[name] !== defaults[name])
    .flatMap((name) => [`--${name}`, shellWord(String(given[name]))]);
  return ["deno task train --resume --filename", shellWord(basename(path)), ...again].join(" ");
}

/** Prints the result of a finished run. */
function report(
  { epoch }: Outcome,
  test: TestRecord,
  config: Config,
  say: (line: string) => void,
): void {
  if (epoch < config.epochs) {
    say(
      `stopped early after ${epoch} of ${
        counted(config.epochs, "epoch")
      }: the validation loss no longer falls`,
    );
  }
  const echoes = hasDensity(config) ? "" : "; echoes drawn from the test batch";
  say(`test: ${metricsText(test.losses)} (nats per image${echoes})`);
  const { activeUnits } = test;
  if (activeUnits !== undefined) {
    say(`test: ${activeUnits} of ${config.latent.size} dimensions of the code are active`);
  }
  if (test.likelihood === undefined) return;
  const { nats: bound, samples, distance } = test.likelihood;
  say(
    `test: -log p(x) is at most ${nats(bound)} nats per image (bound with ${samples} codes each)`,
  );
  if (distance === undefined) return;
  const off = measuredText({ value: distance.nats, standardError: distance.standardError });
  say(`test: the prior m of this bound, fitted to training codes, is ${off} nats from test codes`);
}

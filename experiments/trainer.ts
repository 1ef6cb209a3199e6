/**
 * Training a run: epochs, each followed by its validation, a line of history, pictures and a checkpoint; then the test.
 *
 * @module
 */

import {
  type Device,
  foldIn,
  type Key,
  key as makeKey,
  permutation,
  run as compute,
  split,
  tensor,
} from "../mod.ts";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import { type DataSet, type Images, sliceImages } from "./data/images.ts";
import { trainEpoch } from "./epoch.ts";
import { conclude, type TestRecord } from "./conclusion.ts";
import { UserError } from "./errors.ts";
import { gatherTensor, makeEvaluate } from "./evaluate.ts";
import { type EpochRecord, readHistory, writeHistory } from "./history.ts";
import { type Learner, makeLearner } from "./learner.ts";
import { makeModel, type Model } from "./model.ts";
import { makePaint } from "./paint.ts";
import { showProgress, type Terminal } from "./progress.ts";
import { createRun, type RunFolder } from "./run_folder.ts";

/** A run to be trained. */
export interface Run {
  config: Config;
  data: DataSet;
  device: Device;
  folder: RunFolder;
  /** Go on from the folder's checkpoint. */
  resume: boolean;
  /** Bound the likelihood of the test images, at the end, by so many codes of each. */
  importance?: number;
  /** Where progress is shown. */
  terminal: Terminal;
  /** Stops training; the epochs finished by then are kept. */
  signal: AbortSignal;
}

/** How a run ended. */
export interface Outcome {
  /** Epochs finished, in this session and before it. */
  epoch: number;
  /** What has come out, if training is over. */
  test?: TestRecord;
}

/**
 * Trains a model in its run folder.
 *
 * Every random choice follows from the run's key and the number of an epoch or a step, so a run that was stopped and
 * resumed ends, bit for bit, like one that was not.
 *
 * @throws {UserError} if the loss becomes NaN or infinite, or the checkpoint does not fit the config
 */
export async function train(run: Run): Promise<Outcome> {
  const { config, data, device, folder, signal } = run;
  const model = makeModel(config, data.train.pixels);
  const images = trainingImages(config, data, model);
  const steps = Math.floor(images.count / config.batch);
  const total = { epochs: config.epochs, steps, images: steps * config.batch };
  const progress = showProgress(run.terminal, total);

  const learner = makeLearner(config, model, steps, device);
  const evaluate = makeEvaluate(model, config.batch, device);

  let { state, key, epoch } = await startingPoint(run, learner, model, images);
  const keys = compute(keysOf(key), device);
  const paint = await makePaint(model, data, device, folder, keys.pictures);
  const history = run.resume ? await readHistory(folder.history) : [];
  history.splice(epoch);

  while (epoch < config.epochs && !hasStalled(history, config)) {
    const number = epoch + 1;
    const began = performance.now();
    const order = await permutation(foldIn(keys.shuffle, tensor(number)), images.count).read();
    const trained = await trainEpoch(state, {
      learner,
      images,
      order,
      batch: config.batch,
      number,
      noiseKey: keys.noise,
      signal,
      show: (report) => progress.step(number, report),
    });
    if (trained === undefined) return { epoch };
    const seconds = (performance.now() - began) / 1000;
    epoch = number;
    state = trained.state;

    const record: EpochRecord = {
      epoch,
      learningRate: await learner.learningRate(epoch * steps - 1),
      train: trained.losses,
      valid: await evaluate(state.params, data.valid, keys.evaluation),
      seconds,
    };
    history.push(record);
    progress.epoch(record);
    await writeHistory(folder.history, history);
    await paint(state.params);
    // Last, so that what the other files say is never behind the checkpoint.
    await saveCheckpoint(folder.checkpoint, { state, key, epoch });
  }

  return { epoch, test: await conclude(run, model, state.params, keys) };
}

/** Whether the validation loss has not fallen for as long as the config allows. */
function hasStalled(history: readonly EpochRecord[], { earlyStopping }: Config): boolean {
  if (earlyStopping === undefined || history.length === 0) return false;
  const losses = history.map(({ valid }) => valid.loss);
  return losses.length - 1 - losses.indexOf(Math.min(...losses)) >= earlyStopping.patience;
}

/** The keys of a run: what is done once has its own, and each epoch and step folds its number into one. */
function keysOf(run: Key) {
  const [start, shuffle, noise, evaluation, pictures, examples, codes, bound] = split(run, 8);
  return { start, shuffle, noise, evaluation, pictures, examples, codes, bound };
}

/** The images that the config trains on. */
function trainingImages(
  { limit, batch }: Config,
  { name, train }: DataSet,
  { prior }: Model,
): Images {
  const count = limit ?? train.count;
  if (count > train.count) {
    throw new UserError(`the limit is ${count}, but ${name} has ${train.count} training images`);
  }
  if (count < batch) {
    throw new UserError(`${count} training images do not fill one batch of ${batch}`);
  }
  if (count < prior.examples) {
    throw new UserError(
      `the prior's ${prior.examples} pseudo-inputs start as different training images, but there are only ${count}`,
    );
  }
  return sliceImages(train, 0, count);
}

/** The checkpoint to go on from; for a new run a new folder, with the state before the first step. */
async function startingPoint(
  run: Run,
  learner: Learner,
  { prior }: Model,
  images: Images,
): Promise<Checkpoint> {
  const key = makeKey(run.config.seed);
  const keys = compute(keysOf(key), run.device);
  const order = await permutation(keys.examples, images.count).read();
  using examples = gatherTensor(images, order.subarray(0, prior.examples));
  const start = { state: learner.init(keys.start, examples), key, epoch: 0 };
  if (run.resume) return await loadCheckpoint(run.folder.checkpoint, start);
  await createRun(run.folder, run.config);
  await saveCheckpoint(run.folder.checkpoint, start);
  await writeHistory(run.folder.history, []);
  return start;
}

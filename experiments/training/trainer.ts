/**
 * Training a run: after each epoch come its validation, a line of history, pictures and a
 * checkpoint; at the end the test.
 *
 * @module
 */

import {
  foldIn,
  type Key,
  key as makeKey,
  permutation,
  run as compute,
  split,
  tensor,
} from "../../mod.ts";
import { type Arrays, firstNotFinite } from "../runs/arrays.ts";
import { arraysOf, type Checkpoint, loadCheckpoint, saveCheckpoint } from "../runs/checkpoint.ts";
import type { Config } from "../config/config.ts";
import { dataDigest } from "../data/digest.ts";
import { type DataSet, type Images, sizeOf, sliceImages } from "../data/images.ts";
import { diverged } from "./diverged.ts";
import { trainEpoch } from "./epoch.ts";
import { counted } from "../../lib/checks.ts";
import { conclude, type TestRecord } from "../outcome/conclusion.ts";
import { UserError } from "../shell/errors.ts";
import { gatherTensor, makeEvaluate } from "../outcome/evaluate.ts";
import { removeFile } from "../shell/files.ts";
import {
  type EpochRecord,
  firstBadMetric,
  historyDigest,
  readHistory,
  writeHistory,
} from "../runs/history.ts";
import { type Learner, makeLearner } from "./learner.ts";
import { makeModel, type Model } from "../models/model.ts";
import { redrawn } from "./redraw.ts";
import { makePaint } from "../outcome/run_pictures.ts";
import { showProgress } from "../runs/progress.ts";
import type { Run } from "../runs/run.ts";
import { createRun, holdRun, type RunFolder, writeConfig } from "../runs/run_folder.ts";

/** The end of a training session. */
export interface Outcome {
  /** The number of finished epochs, earlier sessions included. */
  epoch: number;
  /** The results on the test images; absent if training was stopped. */
  test?: TestRecord;
}

/**
 * Trains a model in its run folder.
 *
 * Every random choice follows from the key of the run and the number of the epoch or step. A run
 * that was stopped and resumed therefore ends with the same bits as an uninterrupted one.
 *
 * @throws {UserError} if the loss becomes NaN or infinite, or the checkpoint does not fit the
 *   config
 */
export async function train(run: Run): Promise<Outcome> {
  const { config, data, device, folder, signal } = run;
  const model = makeModel(config, sizeOf(data));
  const images = trainingImages(config, data, model);
  const steps = Math.floor(images.count / config.batch);
  const total = { epochs: config.epochs, steps, images: steps * config.batch };
  const progress = showProgress(run.terminal, total);

  const learner = makeLearner(config, model, steps, device, { redraw: data.redraw });
  const evaluate = makeEvaluate(model, config.batch, device);
  const evaluateTrain = data.redraw ? makeEvaluate(model, config.batch, device, redrawn) : evaluate;

  const start = await firstCheckpoint(run, learner, images);
  using _ = await (run.resume ? holdRun(folder) : createRun(folder));
  const begun = run.resume ? await lastCheckpoint(run, start) : start;
  let { state, epoch } = begun;
  const { key } = begun;
  const history = run.resume ? await historyUpTo(begun, folder) : [];
  const keys = compute(keysOf(key), device);
  const paint = makePaint(model, data, device, folder, keys.pictures);
  const save = (arrays: Arrays) =>
    saveCheckpoint(folder.checkpoint, arrays, {
      ...begun,
      epoch,
      history: historyDigest(history),
    });
  if (!run.resume) {
    await save(await arraysOf(begun));
    await writeHistory(folder.history, []);
    await writeConfig(folder, config);
  }

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
    const beta = await learner.beta(trained.state);
    const valid = await evaluate(trained.state.params, data.valid, keys.evaluation);
    state = trained.state;
    if (learner.hasTarget) {
      // The rate differs little from image to image. For the distortion every image counts.
      const count = config.rate === undefined ? images.count : data.valid.count;
      const key = foldIn(keys.evaluation, tensor(number));
      const train = await evaluateTrain(state.params, images, key, Math.min(count, images.count));
      state = learner.corrected(state, valid, train);
    }

    const record: EpochRecord = {
      epoch,
      learningRate: await learner.learningRate(epoch * steps - 1),
      ...beta !== undefined && { beta },
      train: trained.losses,
      valid,
      seconds,
    };
    const arrays = await arraysOf({ state, key });
    checkEpoch(record, arrays);
    history.push(record);
    progress.epoch(record);
    await writeHistory(folder.history, history);
    await paint(state.params);
    // A resumed run with more epochs: delete the old test.json, which marks a run as finished, and
    // the codes of the old parameters.
    for (const path of [folder.test, folder.scores, folder.codes]) await removeFile(path);
    // Last, so that no other file is ever older than the checkpoint.
    await save(arrays);
    await run.onEpoch?.(record);
  }

  // A finished run that is resumed gets its files again, also the pictures of its last epoch.
  if (epoch === begun.epoch) await paint(state.params);
  return { epoch, test: await conclude(run, model, { state, epoch }, keys) };
}

/**
 * Throws if an epoch ended with a NaN or an infinity, before its files replace those of the epoch
 * before.
 */
function checkEpoch({ epoch, learningRate, valid }: EpochRecord, arrays: Arrays): void {
  const broken = firstNotFinite(arrays);
  const metric = firstBadMetric(valid);
  if (broken === undefined && metric === undefined) return;
  const what = broken !== undefined
    ? `${broken.name} became ${broken.value}`
    : `the ${metric} on the validation images became ${valid[metric!]}`;
  throw diverged(`${what} in epoch ${epoch}`, learningRate, epoch - 1);
}

/**
 * Whether the validation loss has not fallen for as long as the config allows. The lowest loss is
 * found by a loop: `Math.min(...losses)` overflows the stack from about 120,000 epochs.
 */
export function hasStalled(
  history: readonly EpochRecord[],
  { earlyStopping }: Pick<Config, "earlyStopping">,
): boolean {
  if (earlyStopping === undefined) return false;
  let best = 0;
  history.forEach(({ valid }, i) => {
    if (valid.loss < history[best].valid.loss) best = i;
  });
  return history.length - 1 - best >= earlyStopping.patience;
}

/** The keys of a run, one for each purpose; each epoch and step folds its number into its key. */
function keysOf(run: Key) {
  // The seventh is free: the codes of the test images are those of their evaluation.
  const [start, shuffle, noise, evaluation, pictures, examples, , bound] = split(run, 8);
  return { start, shuffle, noise, evaluation, pictures, examples, bound };
}

/**
 * The training images of a config.
 *
 * @throws {UserError} if there are too few
 */
export function trainingImages(
  { limit, batch }: Config,
  { name, train }: DataSet,
  { prior, latent }: Model,
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
      `prior.inputs: ${prior.examples} pseudo-inputs need as many training images to start from, but there are only ${count}`,
    );
  }
  const { size } = latent.pool ?? { size: 0 };
  if (count < size) {
    throw new UserError(
      `latent.pool.size: ${size} echoes need as many training images to start from, but there are only ${count}`,
    );
  }
  return sliceImages(train, 0, count);
}

/** The state before the first step. */
async function firstCheckpoint(
  { config, data, device }: Run,
  learner: Learner,
  images: Images,
): Promise<Checkpoint> {
  const key = makeKey(config.seed);
  const keys = compute(keysOf(key), device);
  // Most models start without images, and then the permutation is not computed.
  const order = learner.examples > 0
    ? await permutation(keys.examples, images.count).read()
    : new Int32Array(0);
  using examples = gatherTensor(images, order.subarray(0, learner.examples));
  return {
    state: learner.init(keys.start, examples),
    key,
    epoch: 0,
    config,
    data: dataDigest({ ...data, train: images }),
    history: historyDigest([]),
  };
}

/**
 * The checkpoint to continue from.
 *
 * @throws {UserError} as for {@linkcode loadCheckpoint}, and if it has finished more epochs than
 *   the config asks for
 */
async function lastCheckpoint({ config, folder }: Run, like: Checkpoint): Promise<Checkpoint> {
  const last = await loadCheckpoint(folder.checkpoint, like);
  if (last.epoch <= config.epochs) return last;
  throw new UserError(
    `${folder.checkpoint} has finished ${
      counted(last.epoch, "epoch")
    }, but ${folder.config} asks for ${config.epochs}`,
  );
}

/**
 * The history up to a checkpoint. If a process was killed after it wrote the history and before it
 * wrote the checkpoint, the history has one line more; that epoch is trained again.
 *
 * @throws {UserError} if the history has fewer lines than finished epochs, or two lines more, or
 *   was changed
 */
async function historyUpTo(
  { epoch, history: digest }: Checkpoint,
  folder: RunFolder,
): Promise<EpochRecord[]> {
  const all = await readHistory(folder.history);
  if (all.length < epoch || all.length > epoch + 1) {
    throw new UserError(
      `${folder.history} ends with epoch ${all.length}, but ${folder.checkpoint} has finished epoch ${epoch}`,
    );
  }
  const history = all.slice(0, epoch);
  if (historyDigest(history) === digest) return history;
  throw new UserError(
    `${folder.history} was changed after it was written, or belongs to another run than ${folder.checkpoint}`,
  );
}

/**
 * One epoch: a step for each batch of shuffled images, with a check of the losses every quarter of
 * a second.
 *
 * @module
 */

import { type Data, type Key, tensor } from "../../mod.ts";
import type { TrainingState } from "../runs/checkpoint.ts";
import type { Images } from "../data/images.ts";
import { diverged } from "./diverged.ts";
import { gatherTensor } from "../outcome/evaluate.ts";
import { firstBadMetric, type Metrics } from "../runs/history.ts";
import type { Learner } from "./learner.ts";
import type { StepReport } from "../runs/progress.ts";
import { average, emptyTrace, readTrace } from "../outcome/trace.ts";

/**
 * Seconds between two checks; a check shows progress, and sees whether training was stopped or has
 * diverged.
 */
const CHECK_EVERY = 0.25;

/** The inputs of an epoch. */
export interface Epoch {
  learner: Learner;
  images: Images;
  /**
   * All image indices, shuffled: each batch takes the next ones; those after the last whole batch
   * are not used.
   */
  order: Data;
  /** The number of images in a batch. */
  batch: number;
  /** Counted from 1. */
  number: number;
  /** The key of the noise, the same for all epochs. */
  noiseKey: Key;
  signal: AbortSignal;
  /** Shows the progress of the epoch. */
  show(report: StepReport): void;
}

/**
 * Trains for an epoch; the buffers of the given state are donated to the steps.
 *
 * @returns the new state and the average losses over the batches; `undefined` if the epoch was
 *   stopped
 * @throws {UserError} if the loss or one of its terms becomes NaN or infinite
 */
export async function trainEpoch(
  state: TrainingState,
  epoch: Epoch,
): Promise<{ state: TrainingState; losses: Metrics } | undefined> {
  const { learner, images, order, batch } = epoch;
  const steps = Math.floor(images.count / batch);
  const began = performance.now();
  let checked = began;
  let trace = emptyTrace(steps, learner.names);

  for (let step = 0; step < steps; step++) {
    using rows = gatherTensor(images, order.subarray(step * batch, (step + 1) * batch));
    using index = tensor(step, { dtype: "int32" });
    [state, trace] = learner.step(state, trace, rows, index, epoch.noiseKey);

    const now = performance.now();
    if (now - checked < CHECK_EVERY * 1000 && step + 1 < steps) continue;
    checked = now;
    const done = step + 1;
    const losses = await readTrace(trace, done, learner.names);
    await checkFinite(losses, epoch, steps);
    const seconds = (now - began) / 1000;
    epoch.show({ ...average(losses), step: done, images: done * batch, seconds });
    // Steps never wait, so only this pause lets Deno deliver a signal such as Ctrl-C.
    await new Promise((resolve) => setTimeout(resolve));
    if (epoch.signal.aborted) return undefined;
  }
  using whole = trace;
  return { state, losses: average(await readTrace(whole, steps, learner.names)) };
}

/**
 * Checks every term on the host, not only the loss: a GPU may turn a NaN into a number on the way,
 * and the loss leaves out terms of weight 0.
 */
async function checkFinite(losses: Metrics[], epoch: Epoch, steps: number): Promise<void> {
  const bad = losses.findIndex((row) => firstBadMetric(row) !== undefined);
  if (bad < 0) return;
  const row = losses[bad];
  const name = Number.isFinite(row.loss) ? firstBadMetric(row)! : "loss";
  const rate = await epoch.learner.learningRate((epoch.number - 1) * steps + bad);
  const where = `epoch ${epoch.number}, step ${bad + 1}`;
  throw diverged(`the ${name} became ${row[name]} in ${where}`, rate, epoch.number - 1);
}

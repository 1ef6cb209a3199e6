/**
 * One epoch: a step for each batch of shuffled images, with a look now and then at how it goes.
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

/** Seconds between two looks: is progress to be shown, has training been stopped, has it gone wrong? */
const LOOK_EVERY = 0.25;

/** What an epoch is made of. */
export interface Epoch {
  learner: Learner;
  images: Images;
  /** All image indices, shuffled; a batch takes the next ones, and those beyond the last whole batch rest. */
  order: Data;
  /** Images in a batch. */
  batch: number;
  /** Counted from 1. */
  number: number;
  /** The key of the whole run's noise. */
  noiseKey: Key;
  signal: AbortSignal;
  /** Shows how far the epoch is. */
  show(report: StepReport): void;
}

/**
 * Trains for an epoch; the state that it starts from is used up.
 *
 * @returns the state after it and the average losses on the way, or `undefined` if it was stopped
 * @throws {UserError} if the loss or one of its terms becomes NaN or infinite
 */
export async function trainEpoch(
  state: TrainingState,
  epoch: Epoch,
): Promise<{ state: TrainingState; losses: Metrics } | undefined> {
  const { learner, images, order, batch } = epoch;
  const steps = Math.floor(images.count / batch);
  const began = performance.now();
  let looked = began;
  let trace = emptyTrace(steps, learner.names);

  for (let step = 0; step < steps; step++) {
    using rows = gatherTensor(images, order.subarray(step * batch, (step + 1) * batch));
    using index = tensor(step, { dtype: "int32" });
    [state, trace] = learner.step(state, trace, rows, index, epoch.noiseKey);

    const now = performance.now();
    if (now - looked < LOOK_EVERY * 1000 && step + 1 < steps) continue;
    looked = now;
    const done = step + 1;
    const losses = await readTrace(trace, done, learner.names);
    await checkFinite(losses, epoch, steps);
    const seconds = (now - began) / 1000;
    epoch.show({ ...average(losses), step: done, images: done * batch, seconds });
    // A step never waits, so only here can a signal such as Ctrl-C come through.
    await new Promise((resolve) => setTimeout(resolve));
    if (epoch.signal.aborted) return undefined;
  }
  using whole = trace;
  return { state, losses: average(await readTrace(whole, steps, learner.names)) };
}

/** Looks at every term, on the host: a GPU may make the loss of a NaN a number again, and a term of weight 0 is not in it. */
async function checkFinite(losses: Metrics[], epoch: Epoch, steps: number): Promise<void> {
  const bad = losses.findIndex((row) => firstBadMetric(row) !== undefined);
  if (bad < 0) return;
  const row = losses[bad];
  const name = Number.isFinite(row.loss) ? firstBadMetric(row)! : "loss";
  const rate = await epoch.learner.learningRate((epoch.number - 1) * steps + bad);
  const place = `epoch ${epoch.number}, step ${bad + 1}`;
  throw diverged(`the ${name} became ${row[name]} in ${place}`, rate, epoch.number - 1);
}

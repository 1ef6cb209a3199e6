/**
 * What happens to the parameters: where they start, one step of training, and the learning rate.
 *
 * @module
 */

import {
  adam,
  alemiLegacy,
  constantThenLinear,
  type Device,
  foldIn,
  iwaeSchedule,
  jit,
  type Key,
  type Schedule,
  slice,
  type Tensor,
  tensor,
  valueAuxAndGrad,
} from "../../mod.ts";
import type { TrainingState } from "../runs/checkpoint.ts";
import type { Config } from "../config/config.ts";
import type { Losses, Model, Params } from "../models/model.ts";
import { type EchoRingState, makeEchoRing } from "../models/echo_ring.ts";
import { redrawn } from "./redraw.ts";
import { record } from "../outcome/trace.ts";

/** What a step computes of a batch. */
interface Pass {
  losses: Losses;
  /** The pool of echoes after the step, where there is one. */
  after?: EchoRingState;
}

/** The training of a model, as pure functions. */
export interface Learner {
  /** The names of the losses in a row of the trace. */
  names: readonly string[];
  /** How many training images the first state is made of. */
  examples: number;
  /** The state before the first step; so many training images, [examples, pixels]. */
  init(key: Key, examples: Tensor): TrainingState;
  /**
   * One step of gradient descent; it uses up the state and the trace that it is given.
   *
   * @param index the step's row in the trace, int32
   * @param key the key of the run's noise; each step folds its own number into it
   */
  step(
    state: TrainingState,
    trace: Tensor,
    images: Tensor,
    index: Tensor,
    key: Key,
  ): [TrainingState, Tensor];
  /** The learning rate of a step, counted from 0 over the whole run. */
  learningRate(step: number): Promise<number>;
}

/**
 * The training that a config asks for, in so many steps an epoch.
 *
 * @param redraw whether pixels are grey levels, to be drawn as zeros and ones in each step
 */
export function makeLearner(
  config: Config,
  model: Model,
  stepsPerEpoch: number,
  device: Device,
  { redraw = false }: { redraw?: boolean } = {},
): Learner {
  const pool = makeEchoRing(model, config.batch);
  const names = [...model.names, ...pool?.names ?? []];
  const shown = (images: Tensor, key: Key): [images: Tensor, key: Key] =>
    redraw ? redrawn(images, key) : [images, key];
  const firstOf = (images: Tensor, count: number) =>
    slice(images, [0, 0], [count, images.shape[1]]);
  const schedule = makeSchedule(config, stepsPerEpoch);
  const { beta1, beta2, epsilon } = config.optimizer;
  const adamOf = adam<Params>({ learningRate: schedule, beta1, beta2, epsilon });

  // In one pass: the encodings that the losses are of are those that the pool keeps.
  const gradient = valueAuxAndGrad(
    (params: Params, images: Tensor, key: Key, state?: EchoRingState): [Tensor, Pass] => {
      const losses = model.losses(params, images, key, state && pool!.encodings(state, params));
      if (state === undefined) return [losses.loss, { losses }];
      const encoded = model.encoder(params).encode(images);
      return [losses.loss, {
        losses: { ...losses, ...pool!.staleness(state, params) },
        after: pool!.next(state, images, encoded),
      }];
    },
  );

  function step(
    state: TrainingState,
    trace: Tensor,
    images: Tensor,
    index: Tensor,
    key: Key,
  ): [TrainingState, Tensor] {
    const [seen, noise] = shown(images, foldIn(key, state.optimizer.step));
    const [, { losses, after }, gradients] = gradient(state.params, seen, noise, state.pool);
    const [params, optimizer] = adamOf.update(gradients, state.optimizer, state.params);
    const next = { params, optimizer, ...after && { pool: after } };
    return [next, record(trace, index, losses, names)];
  }

  function init(key: Key, examples: Tensor): TrainingState {
    const params = model.init(key, firstOf(examples, model.prior.examples));
    const state = { params, optimizer: adamOf.init(params) };
    if (pool === undefined) return state;
    const [seen] = shown(firstOf(examples, model.latent.pool!.size), foldIn(key, 1));
    return { ...state, pool: pool.init(params, seen) };
  }

  return {
    names,
    examples: Math.max(model.prior.examples, model.latent.pool?.size ?? 0),
    init: jit(init, { device }),
    step: jit(step, { device, donate: [0, 1] }),
    async learningRate(number) {
      const rate = schedule(tensor(number, { dtype: "int32" }));
      return typeof rate === "number" ? rate : await rate.item();
    },
  };
}

function makeSchedule({ learningRate, epochs }: Config, stepsPerEpoch: number): Schedule {
  const { type, rate } = learningRate;
  switch (type) {
    case "constant":
      return () => rate;
    case "constantThenLinear":
      return constantThenLinear({ ...learningRate, steps: epochs * stepsPerEpoch });
    case "iwae":
      return iwaeSchedule({ rate, stepsPerEpoch });
    case "alemiLegacy":
      return alemiLegacy({ rate, epochs, stepsPerEpoch });
  }
}

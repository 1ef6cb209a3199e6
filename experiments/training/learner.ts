/**
 * The training of a model as pure functions: the first state, one step, and the learning rate.
 *
 * @module
 */

import {
  alemiLegacy,
  cast,
  clipByGlobalNorm,
  constantThenLinear,
  type Device,
  div,
  floor,
  foldIn,
  iwaeSchedule,
  jit,
  type Key,
  min,
  type Schedule,
  slice,
  sub,
  type Tensor,
  tensor,
  valueAuxAndGrad,
} from "../../mod.ts";
import type { TrainingState } from "../runs/checkpoint.ts";
import type { Metrics } from "../runs/history.ts";
import type { Config } from "../config/config.ts";
import { betaOf as weightOfRate } from "../models/beta.ts";
import type { Losses, Model, Params } from "../models/model.ts";
import { type EchoRingState, makeEchoRing } from "../models/echo_ring.ts";
import { makeTarget } from "./target.ts";
import { makeOptimizer } from "./optimizer.ts";
import { redrawn } from "./redraw.ts";
import { record } from "../outcome/trace.ts";

/** The number of the dropout's key under that of a step; terms of the loss have smaller ones. */
const DROPOUT = 2 ** 20;

/** The values that a step computes besides the gradient. */
interface Pass {
  losses: Losses;
  /** The ring of echoes after the step, if there is one. */
  after?: EchoRingState;
}

/** The functions of training. */
export interface Learner {
  /** The names of the losses in a row of the trace. */
  names: readonly string[];
  /** The number of training images that the first state is made of. */
  examples: number;
  /** The state before the first step, from training images of shape [examples, pixels]. */
  init(key: Key, examples: Tensor): TrainingState;
  /**
   * One step of gradient descent. The buffers of the given state and trace are donated to it.
   *
   * @param index the row of the step in the trace, int32
   * @param key the key of the noise; each step folds its number into it
   */
  step(
    state: TrainingState,
    trace: Tensor,
    images: Tensor,
    index: Tensor,
    key: Key,
  ): [TrainingState, Tensor];
  /** Whether β is adapted to a target, from the losses after each epoch. */
  hasTarget: boolean;
  /** The state after an epoch that ended with these losses on validation and training images. */
  corrected(state: TrainingState, valid: Metrics, train: Metrics): TrainingState;
  /** β in the last step of a state, or as adapted after it; undefined if it does not change. */
  beta(state: TrainingState): Promise<number | undefined>;
  /** The learning rate of a step; steps are counted from 0 over the whole run. */
  learningRate(step: number): Promise<number>;
}

/**
 * The training that a config describes.
 *
 * @param redraw whether each step draws the grey pixels as zeros and ones
 */
export function makeLearner(
  config: Config,
  model: Model,
  stepsPerEpoch: number,
  device: Device,
  { redraw = false }: { redraw?: boolean } = {},
): Learner {
  const ring = makeEchoRing(model, config.batch);
  const names = [...model.names, ...ring?.names ?? []];
  const shown = (images: Tensor, key: Key): [images: Tensor, key: Key] =>
    redraw ? redrawn(images, key) : [images, key];
  const firstOf = (images: Tensor, count: number) =>
    slice(images, [0, 0], [count, images.shape[1]]);
  const schedule = makeSchedule(config, stepsPerEpoch);
  const { gradientClipping } = config;
  const optimizer = makeOptimizer(config.optimizer, schedule);
  const target = makeTarget(config);
  const rising = makeBetaSchedule(config, stepsPerEpoch);
  /** The factor on the weights of the rate in the step that a state is for; undefined if it is 1. */
  const betaOf = ({ optimizer: { step }, target: control }: TrainingState): Tensor | undefined =>
    target?.beta(control!) ?? rising?.(step);

  // One pass computes both the losses and the encodings that the ring keeps, so that the batch is
  // encoded once.
  const gradient = valueAuxAndGrad(
    (
      params: Params,
      images: Tensor,
      key: Key,
      state: EchoRingState | undefined,
      beta: Tensor | undefined,
    ): [Tensor, Pass] => {
      const others = state && ring!.encodings(state, params);
      const dropout = foldIn(key, DROPOUT);
      const losses = model.losses(params, images, key, others, beta, dropout);
      if (state === undefined) return [losses.loss, { losses }];
      const encoded = model.encoder(params, dropout).encode(images);
      return [losses.loss, {
        losses: { ...losses, ...ring!.staleness(state, params) },
        after: ring!.next(state, images, encoded),
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
    const number = state.optimizer.step;
    const [seen, noise] = shown(images, foldIn(key, number));
    const beta = betaOf(state);
    const [, pass, gradients] = gradient(state.params, seen, noise, state.pool, beta);
    const { losses, after } = pass;
    const clipped = gradientClipping === undefined
      ? gradients
      : clipByGlobalNorm(gradients, gradientClipping);
    const [params, moments] = optimizer.update(clipped, state.optimizer, state.params);
    const next: TrainingState = { params, optimizer: moments, ...after && { pool: after } };
    if (target !== undefined) {
      next.target = target.next(state.target!, losses, number);
    }
    return [next, record(trace, index, losses, names)];
  }

  function init(key: Key, examples: Tensor): TrainingState {
    const params = model.init(key, firstOf(examples, model.prior.examples));
    const state = {
      params,
      optimizer: optimizer.init(params),
      ...target && { target: target.init() },
    };
    if (ring === undefined) return state;
    const [seen] = shown(firstOf(examples, model.latent.pool!.size), foldIn(key, 1));
    return { ...state, pool: ring.init(params, seen) };
  }

  return {
    names,
    examples: Math.max(model.prior.examples, model.latent.pool?.size ?? 0),
    init: jit(init, { device }),
    step: jit(step, { device, donate: [0, 1] }),
    hasTarget: target !== undefined,
    corrected: (state, ...losses) => ({
      ...state,
      target: target!.corrected(state.target!, ...losses),
    }),
    async beta(state) {
      const { optimizer } = state;
      const last = { ...optimizer, step: sub(optimizer.step, 1) };
      const factor = await betaOf({ ...state, optimizer: last })?.item();
      return factor && factor * weightOfRate(config.loss);
    },
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
      return constantThenLinear({
        rate,
        constantFraction: learningRate.constantFraction,
        steps: epochs * stepsPerEpoch,
      });
    case "iwae":
      return iwaeSchedule({ rate, stepsPerEpoch });
    case "alemiLegacy":
      return alemiLegacy({ rate, epochs, stepsPerEpoch });
  }
}

/** β as a share of its value, by the step; undefined if the config does not schedule it. */
function makeBetaSchedule(
  { betaSchedule, epochs }: Config,
  stepsPerEpoch: number,
): ((step: Tensor) => Tensor) | undefined {
  if (betaSchedule === undefined) return undefined;
  const { cycles, fraction } = betaSchedule;
  const length = epochs * stepsPerEpoch / cycles;
  return (step) => {
    const cycle = div(cast(step, "float32"), length);
    return min(div(sub(cycle, floor(cycle)), fraction), 1);
  };
}

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
  type Tensor,
  tensor,
  valueAuxAndGrad,
} from "../mod.ts";
import type { TrainingState } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import type { Losses, Model, Params } from "./model.ts";
import { record } from "./trace.ts";

/** The training of a model, as pure functions. */
export interface Learner {
  /** The names of the losses in a row of the trace. */
  names: readonly string[];
  /** The state before the first step; training images as {@linkcode Model.init} wants them. */
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

/** The training that a config asks for, in so many steps an epoch. */
export function makeLearner(
  config: Config,
  model: Model,
  stepsPerEpoch: number,
  device: Device,
): Learner {
  const schedule = makeSchedule(config, stepsPerEpoch);
  const { beta1, beta2, epsilon } = config.optimizer;
  const optimizer = adam<Params>({ learningRate: schedule, beta1, beta2, epsilon });

  const gradient = valueAuxAndGrad(
    (params: Params, images: Tensor, key: Key): [Tensor, Losses] => {
      const losses = model.losses(params, images, key);
      return [losses.loss, losses];
    },
  );

  function step(
    state: TrainingState,
    trace: Tensor,
    images: Tensor,
    index: Tensor,
    key: Key,
  ): [TrainingState, Tensor] {
    const noise = foldIn(key, state.optimizer.step);
    const [, losses, gradients] = gradient(state.params, images, noise);
    const [params, after] = optimizer.update(gradients, state.optimizer, state.params);
    return [{ params, optimizer: after }, record(trace, index, losses, model.names)];
  }

  function init(key: Key, examples: Tensor): TrainingState {
    const params = model.init(key, examples);
    return { params, optimizer: optimizer.init(params) };
  }

  return {
    names: model.names,
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

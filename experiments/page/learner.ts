/**
 * The training of the page's model on one device, as compiled functions: the first state, a step,
 * the losses on test images, and what is shown of a model. The keys are those of the runner
 * (experiments/training/trainer.ts), so the same settings give the same run.
 *
 * @module
 */

import {
  adam,
  type AdamState,
  add,
  concat,
  type Device,
  equal,
  foldIn,
  iota,
  jit,
  type Key,
  key,
  mean,
  mul,
  permutation,
  reshape,
  run,
  slice,
  split,
  sqrt,
  square,
  stack,
  sub,
  take,
  type Tensor,
  tensor,
  valueAuxAndGrad,
  where,
} from "./library.ts";
import { BATCH, CONFIGS, makeModel, type Model, type Params } from "./model.ts";
import { SHOWN, type Training } from "./messages.ts";

/** What a training step changes. */
export interface State {
  params: Params;
  optimizer: AdamState<Params>;
}

/** What is shown of a model. */
export interface Seen {
  /** Pixel probabilities: SHOWN reconstructions, SHOWN samples and a traversal, [rows, 784]. */
  images: Tensor;
  /** [SHOWN, latent]. */
  codes: Tensor;
  rates: Tensor;
  /** [latent]. */
  meanRates: Tensor;
}

/** The keys of a run, one for each purpose. */
export type Keys = Record<"start" | "shuffle" | "noise" | "evaluation", Key>;

/** The functions of a run. */
export interface Learner {
  readonly model: Model;
  readonly keys: Keys;
  init(start: Key): State;
  /**
   * One step of gradient descent, and its [rate, distortion]. The buffers of the state are donated
   * to it.
   */
  step(
    state: State,
    images: Tensor,
    noise: Key,
    beta: Tensor | number,
    learningRate: Tensor | number,
  ): [State, Tensor];
  /** [rate, distortion] of a batch. */
  losses(params: Params, images: Tensor, noise: Key): Tensor;
  /**
   * @param chosen the numbers of an image and of two dimensions, int32 [3]
   * @param places where the dimensions are, in standard deviations from the mean, [2]
   */
  see(params: Params, images: Tensor, noise: Key, chosen: Tensor, places: Tensor): Seen;
  /** The order of the images in an epoch, counted from 1. */
  order(epoch: number, count: number): Promise<ArrayLike<number>>;
}

/**
 * The keys of a run in the runner's order. The one for the order of images stays on the CPU: a GPU
 * in software takes seconds to sort 10,000 numbers.
 */
function keysOf(seed: number, device: Device): Keys {
  const keys = split(key(seed), 8), [, shuffle] = run(keys);
  const [start, , noise, evaluation] = run(keys, device);
  return { start, shuffle, noise, evaluation };
}

/** Compiles the functions of a run for a device. */
export function makeLearner({ method, latent, seed }: Training, device: Device): Learner {
  const model = makeModel(method, latent);
  const { beta1, beta2, epsilon } = CONFIGS[method].optimizer;
  const optimizerOf = (learningRate: Tensor | number) =>
    adam({ beta1, beta2, epsilon, learningRate: () => learningRate });
  const keys = keysOf(seed, device);

  const gradient = valueAuxAndGrad((params: Params, images: Tensor, noise: Key, beta: Tensor) => {
    const { loss, rate, distortion } = model.losses(params, images, noise, beta);
    return [loss, stack([rate, distortion])] as [Tensor, Tensor];
  });

  function step(state: State, images: Tensor, noise: Key, beta: Tensor, learningRate: Tensor) {
    const { params, optimizer } = state;
    const [, losses, gradients] = gradient(
      params,
      images,
      foldIn(noise, optimizer.step),
      beta,
    );
    const [next, moments] = optimizerOf(learningRate).update(gradients, optimizer, params);
    return [{ params: next, optimizer: moments }, losses] as [State, Tensor];
  }

  /** The code of the chosen image, with two dimensions moved. */
  function moved(z: Tensor, chosen: Tensor, places: Tensor): Tensor {
    const centre = mean(z, { axis: 0 });
    const deviation = sqrt(sub(mean(square(z), { axis: 0 }), square(centre)));
    const own = take(z, reshape(slice(chosen, [0], [1]), []));
    return [0, 1].reduce((code, i) => {
      const place = add(centre, mul(deviation, slice(places, [i], [1])));
      return where(equal(iota([latent], 0), slice(chosen, [i + 1], [1])), place, code);
    }, own);
  }

  function see(
    params: Params,
    images: Tensor,
    noise: Key,
    chosen: Tensor,
    places: Tensor,
  ): Seen {
    const { z, fresh, rates } = model.encode(params, images, noise);
    const first = (x: Tensor) => slice(x, [0, 0], [SHOWN, latent]);
    const codes = concat([first(z), first(fresh), reshape(moved(z, chosen, places), [1, latent])]);
    return {
      images: model.decode(params, codes),
      codes: first(z),
      rates: first(rates),
      meanRates: mean(rates, { axis: 0 }),
    };
  }

  return {
    model,
    keys,
    init: jit((start: Key): State => {
      const params = model.init(start);
      return { params, optimizer: optimizerOf(0).init(params) };
    }, { device }),
    step: jit(step, { device, donate: [0] }),
    losses: jit((params: Params, images: Tensor, noise: Key) => {
      const { rate, distortion } = model.losses(params, images, noise, tensor(1));
      return stack([rate, distortion]);
    }, { device }),
    see: jit(see, { device }),
    order: (epoch, count) => permutation(foldIn(keys.shuffle, tensor(epoch)), count).read(),
  };
}

/** A batch of images as a tensor [batch, 784]. */
export const rowsOf = (pixels: Float32Array): Tensor =>
  tensor(pixels, { shape: [pixels.length / 784, 784] });

/** The number of steps in an epoch of `count` images. */
export const stepsOf = (count: number): number => Math.floor(count / BATCH);

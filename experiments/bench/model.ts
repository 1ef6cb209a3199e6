/**
 * The two timed autoencoders in this library.
 *
 * @module
 */

import {
  adam,
  type AdamState,
  add,
  bernoulliCrossEntropy,
  type Dense,
  dense,
  type Device,
  echoChannel,
  echoRate,
  echoSample,
  exp,
  explain,
  foldIn,
  jit,
  type Key,
  key,
  logSigmoid,
  mean,
  mul,
  softplus,
  tanh,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../mod.ts";
import { gaussianKl } from "../../lib/densities/mod.ts";
import type { Fixture } from "./fixture.ts";
import { LATENT, layerSizes, type Model, PIXELS, type StepTask } from "./task.ts";

const channel = echoChannel({ clip: 0.8359 });
const optimizer = adam({ learningRate: 1e-3, epsilon: 1e-8 });

/** The state that a step updates. */
interface State {
  readonly layers: Dense[];
  readonly adam: AdamState<Dense[]>;
}

/** The inputs that a step only reads. */
interface Inputs {
  readonly images: Tensor;
  readonly noise: Tensor;
  readonly key: Key;
}

/** A training step before compilation: it returns the new state, and the loss of the old one. */
function trainingStep(model: Model): (state: State, inputs: Inputs) => [State, Tensor] {
  const gradient = valueAndGrad((layers: Dense[], inputs: Inputs) => loss(model, layers, inputs));
  return (state, inputs) => {
    const fresh = { ...inputs, key: foldIn(inputs.key, state.adam.step) };
    const [value, gradients] = gradient(state.layers, fresh);
    const [layers, adam] = optimizer.update(gradients, state.adam, state.layers);
    return [{ layers, adam }, value];
  };
}

/** Distortion + rate, the mean over images in nats. */
function loss(model: Model, layers: Dense[], { images, noise, key }: Inputs): Tensor {
  const layer = (i: number, x: Tensor) => dense(layers[i], x);
  const encoded = softplus(layer(1, softplus(layer(0, images))));
  const { code, rate } = channels[model](layer(2, encoded), layer(3, encoded), noise, key);
  const logits = layer(6, softplus(layer(5, softplus(layer(4, code)))));
  return mean(add(bernoulliCrossEntropy(logits, images), rate));
}

type Channel = (m: Tensor, s: Tensor, noise: Tensor, key: Key) => { code: Tensor; rate: Tensor };

/** Map the two heads of the encoder to the code and its rate. */
const channels: Record<Model, Channel> = {
  vae: (mean, logVariance, noise) => ({
    code: add(mean, mul(exp(mul(logVariance, 0.5)), noise)),
    rate: gaussianKl(mean, logVariance),
  }),
  echo(m, s, _, key) {
    const [mean, logScale] = [tanh(mul(m, 1 / 16)), logSigmoid(s)];
    return { code: echoSample(key, mean, logScale, channel), rate: echoRate(logScale, channel) };
  },
};

/** The state before the first step. */
function firstState(params: Float32Array, hidden: number): State {
  let end = 0;
  const next = (...shape: number[]) => {
    const size = shape.reduce((product, length) => product * length);
    return tensor(params.subarray(end, end += size), { shape });
  };
  const layers = layerSizes(hidden).map(([inputs, outputs]) => ({
    w: next(inputs, outputs),
    b: next(outputs),
  }));
  return { layers, adam: optimizer.init(layers) };
}

/** The inputs of every step. */
function stepInputs({ images, noise }: Fixture, { batch }: StepTask): Inputs {
  return {
    images: tensor(images, { shape: [batch, PIXELS] }),
    noise: tensor(noise, { shape: [batch, LATENT] }),
    key: key(0),
  };
}

/** The number of kernels that a step launches on a device. */
export function countKernels(task: StepTask, device: Device): number {
  const { model, batch, hidden } = task;
  const size = layerSizes(hidden).reduce((sum, [n, m]) => sum + n * m + m, 0);
  const fixture = {
    params: new Float32Array(size),
    images: new Float32Array(batch * PIXELS),
    noise: new Float32Array(batch * LATENT),
  };
  const describe = explain(trainingStep(model), { device, donate: [0] });
  const text = describe(firstState(fixture.params, hidden), stepInputs(fixture, task));
  return parseInt(text); // "31 kernels, 223 M operations, …"
}

/** A training run: each call takes a step and reads its loss. */
export function trainer(task: StepTask, fixture: Fixture, device: Device): () => Promise<number> {
  const step = jit(trainingStep(task.model), { device, donate: [0] });
  const inputs = stepInputs(fixture, task);
  let state = firstState(fixture.params, task.hidden);
  return async () => {
    const [after, loss] = step(state, inputs);
    state = after;
    using value = loss;
    return await value.item();
  };
}

/**
 * A contestant: a step of a workload in this library.
 *
 * @module
 */

import {
  adam,
  argsort,
  at,
  batches,
  type Dense,
  dense,
  type DeviceName,
  foldIn,
  type Gru,
  gruCell,
  jit,
  key,
  mean,
  meanSquaredError,
  openDevice,
  relu,
  scan,
  selfAttention,
  softmaxCrossEntropy,
  takeAlongAxis,
  type Tensor,
  tensor,
  toDevice,
  valueAndGrad,
  zeros,
} from "../../mod.ts";
import { serve, type WorkloadOrder } from "./protocol.ts";
import { workloadFixture } from "./workloads.ts";

const { workload, device: name, threads }: WorkloadOrder = JSON.parse(Deno.args[0]);
const device = await openDevice(name as DeviceName, { threads });
const fixture = workloadFixture(workload);

/** Tensors of some shapes, with the numbers of a list in turn. */
function tensors(numbers: Float32Array, shapes: readonly (readonly number[])[]): Tensor[] {
  let end = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((n, d) => n * d);
    return tensor(numbers.subarray(end, end += size), { shape });
  });
}

const [x, y] = await toDevice(tensors(fixture.data, workload.data), device);
const params = tensors(fixture.params, workload.params);
const layers: Dense[] = Array.from(
  { length: params.length / 2 },
  (_, i) => ({ w: params[2 * i], b: params[2 * i + 1] }),
);

/** A training step by Adam, which gives the loss. */
function training(loss: (layers: Dense[]) => Tensor): () => Promise<number> {
  const optimizer = adam({ learningRate: 1e-3, epsilon: 1e-8 });
  let state = { layers, adam: optimizer.init(layers) };
  const step = jit(({ layers, adam }: typeof state) => {
    const [value, gradients] = valueAndGrad(loss)(layers);
    const [after, next] = optimizer.update(gradients, adam, layers);
    return [{ layers: after, adam: next }, value];
  }, { device, donate: [0] });
  return async () => {
    const [after, loss] = step(state);
    state = after;
    using value = loss;
    return await value.item();
  };
}

/** Batches without end, of an epoch after the other. */
function* endless(): Generator<Tensor> {
  for (let epoch = 0;; epoch++) yield* batches(foldIn(key(0), epoch), x, 100);
}

const STEPS: Record<string, () => () => Promise<number>> = {
  mlp() {
    const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
    return training(([first, second, third]) => {
      const hidden = relu(dense(second, relu(dense(first, x))));
      return mean(softmaxCrossEntropy(dense(third, hidden), labels));
    });
  },
  gru() {
    const rnn = scan((h: Tensor, x: Tensor, p: Gru) => {
      const next = gruCell(p, h, x);
      return [next, next] as const;
    });
    return training(([input, state]) =>
      meanSquaredError(rnn(zeros([32, 128]), x, { input, state })[1], y)
    );
  },
  attention() {
    return training(([query, key, value, output]) =>
      meanSquaredError(selfAttention({ query, key, value, output }, x, 4), y)
    );
  },
  sort() {
    const middle = jit((x: Tensor) => {
      const order = argsort(x);
      const sorted = takeAlongAxis(x, order, 0);
      return [sorted, order, at(sorted, 50_000)];
    }, { device });
    return async () => {
      const [sorted, order, value] = middle(x);
      using _all = sorted;
      using _places = order;
      using one = value;
      return await one.item();
    };
  },
  batches() {
    const rows = endless();
    const meanOf = jit((x: Tensor) => mean(x), { device });
    return async () => {
      using batch = rows.next().value as Tensor;
      using value = meanOf(batch);
      return await value.item();
    };
  },
};

await serve(device.description, STEPS[workload.name]());
device.close();

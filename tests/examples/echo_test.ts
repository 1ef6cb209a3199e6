import {
  adam,
  add,
  batches,
  bernoulliCrossEntropy,
  dense,
  echoChannel,
  echoRate,
  echoSample,
  foldIn,
  initDense,
  jit,
  type Key,
  key,
  logSigmoid,
  mean,
  relu,
  split,
  tanh,
  type Tensor,
  valueAndGrad,
} from "@echograd/echograd";
import { assert } from "@std/assert";
import { readDigits } from "./digits.ts";

Deno.test("example: an autoencoder with Echo noise and its exact rate", async () => {
  const { images } = await readDigits(1000);
  const [a, b, c, d, e] = split(key(0), 5);
  let params = {
    hidden: initDense(a, 784, 64),
    mean: initDense(b, 64, 8),
    logScale: initDense(c, 64, 8),
    decoder: [initDense(d, 8, 64), initDense(e, 64, 784)],
  };
  const channel = echoChannel();
  /** Distortion + rate, in nats per image. */
  function loss(p: typeof params, x: Tensor, key: Key): Tensor {
    const hidden = relu(dense(p.hidden, x));
    const m = tanh(dense(p.mean, hidden));
    const logScale = logSigmoid(dense(p.logScale, hidden));
    const z = echoSample(key, m, logScale, channel);
    const rate = echoRate(logScale, channel);
    const logits = dense(p.decoder[1], relu(dense(p.decoder[0], z)));
    return mean(add(bernoulliCrossEntropy(logits, x), rate));
  }

  const optimizer = adam({ learningRate: 3e-3 });
  let state = optimizer.init(params);
  const step = jit((p: typeof params, s: typeof state, x: Tensor, key: Key) => {
    const [value, gradient] = valueAndGrad(loss)(p, x, key);
    const [next, after] = optimizer.update(gradient, s, p);
    return [next, after, value];
  }, { donate: [0, 1] });
  const nats: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    const [order, noise] = split(foldIn(key(1), epoch));
    let total = 0, i = 0;
    for (const x of batches(order, images, 50)) {
      const [next, after, value] = step(params, state, x, foldIn(noise, i++));
      [params, state] = [next, after];
      total += await value.item();
    }
    nats.push(total / i);
  }
  assert(nats[3] < 215 && nats[3] < nats[0] - 60, `${nats}`);
});

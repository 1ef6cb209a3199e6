import {
  adam,
  argmax,
  batches,
  cast,
  dense,
  equal,
  foldIn,
  grad,
  initDense,
  jit,
  key,
  mean,
  relu,
  softmaxCrossEntropy,
  split,
  splitAxis,
  type Tensor,
} from "@echograd/echograd";
import { assert } from "@std/assert";
import { readDigits } from "./digits.ts";

Deno.test("example: a dense classifier of MNIST", async () => {
  const digits = await readDigits(2000);
  const [images, unseen] = splitAxis(digits.images, [1600, 400]);
  const [labels, answers] = splitAxis(digits.labels, [1600, 400]);
  const [first, second] = split(key(0));
  let params = [initDense(first, 784, 128), initDense(second, 128, 10)];
  const classify = ([a, b]: typeof params, x: Tensor) => dense(b, relu(dense(a, x)));
  const loss = (p: typeof params, x: Tensor, y: Tensor) =>
    mean(softmaxCrossEntropy(classify(p, x), y));

  const optimizer = adam({ learningRate: 2e-3 });
  let state = optimizer.init(params);
  const step = jit(
    (p: typeof params, s: typeof state, x: Tensor, y: Tensor) =>
      optimizer.update(grad(loss)(p, x, y), s, p),
    { donate: [0, 1] },
  );
  for (let epoch = 0; epoch < 3; epoch++) {
    for (const batch of batches(foldIn(key(1), epoch), { images, labels }, 50)) {
      [params, state] = step(params, state, batch.images, batch.labels);
    }
  }
  const isRight = equal(argmax(classify(params, unseen), { axis: 1 }), answers);
  assert(await mean(cast(isRight, "float32")).item() > 0.8);
});

import {
  adam,
  add,
  argmax,
  batches,
  cast,
  conv2d,
  dense,
  equal,
  foldIn,
  grad,
  heNormal,
  initDense,
  jit,
  key,
  maxPool,
  mean,
  relu,
  reshape,
  softmaxCrossEntropy,
  split,
  splitAxis,
  type Tensor,
  zeros,
} from "@echograd/echograd";
import { assert } from "@std/assert";
import { readDigits } from "./digits.ts";

Deno.test("example: a convolutional classifier of MNIST", async () => {
  const digits = await readDigits(1000);
  const [images, unseen] = splitAxis(reshape(digits.images, [-1, 28, 28, 1]), [800, 200]);
  const [labels, answers] = splitAxis(digits.labels, [800, 200]);
  const [a, b, c] = split(key(0), 3);
  let params = {
    first: { w: heNormal(a, [5, 5, 1, 8]), b: zeros([8]) },
    second: { w: heNormal(b, [3, 3, 8, 16]), b: zeros([16]) },
    last: initDense(c, 5 * 5 * 16, 10),
  };
  function classify({ first, second, last }: typeof params, x: Tensor): Tensor {
    x = maxPool(relu(add(conv2d(x, first.w), first.b)), 2); // [12, 12, 8]
    x = maxPool(relu(add(conv2d(x, second.w), second.b)), 2); // [5, 5, 16]
    return dense(last, reshape(x, [-1, 5 * 5 * 16]));
  }
  const loss = (p: typeof params, x: Tensor, y: Tensor) =>
    mean(softmaxCrossEntropy(classify(p, x), y));

  const optimizer = adam({ learningRate: 5e-3 });
  let state = optimizer.init(params);
  const step = jit(
    (p: typeof params, s: typeof state, x: Tensor, y: Tensor) =>
      optimizer.update(grad(loss)(p, x, y), s, p),
    { donate: [0, 1] },
  );
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const batch of batches(foldIn(key(1), epoch), { images, labels }, 40)) {
      [params, state] = step(params, state, batch.images, batch.labels);
    }
  }
  const isRight = equal(argmax(classify(params, unseen), { axis: 1 }), answers);
  assert(await mean(cast(isRight, "float32")).item() > 0.7);
});

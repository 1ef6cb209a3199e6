import {
  adam,
  add,
  argmax,
  cast,
  dense,
  embedding,
  equal,
  flip,
  foldIn,
  grad,
  initDense,
  initEmbedding,
  initSelfAttention,
  jit,
  key,
  mean,
  normal,
  randomInts,
  relu,
  selfAttention,
  softmaxCrossEntropy,
  split,
  type Tensor,
} from "@echograd/echograd";
import { assert } from "@std/assert";

Deno.test("example: attention learns to reverse a sequence", async () => {
  const [length, tokens, features] = [6, 8, 32];
  const [a, b, c, d] = split(key(0), 4);
  let params = {
    tokens: initEmbedding(a, tokens, features),
    places: normal(b, [length, features]),
    attention: initSelfAttention(c, features),
    output: initDense(d, features, tokens),
  };
  function read(p: typeof params, words: Tensor): Tensor {
    const x = add(embedding(p.tokens, words), p.places);
    return dense(p.output, relu(selfAttention(p.attention, x, 2)));
  }
  const loss = (p: typeof params, words: Tensor) =>
    mean(softmaxCrossEntropy(read(p, words), flip(words, 1)));

  const optimizer = adam({ learningRate: 1e-2 });
  let state = optimizer.init(params);
  const draw = (i: number) => randomInts(foldIn(key(1), i), [32, length], tokens);
  const step = jit(
    (p: typeof params, s: typeof state, words: Tensor) =>
      optimizer.update(grad(loss)(p, words), s, p),
    { donate: [0, 1] },
  );
  for (let i = 1; i <= 120; i++) [params, state] = step(params, state, draw(i));

  const isRight = equal(argmax(read(params, draw(0)), { axis: -1 }), flip(draw(0), 1));
  assert(await mean(cast(isRight, "float32")).item() > 0.95);
});

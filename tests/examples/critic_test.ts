import {
  adam,
  add,
  dense,
  foldIn,
  grad,
  initDense,
  jit,
  type Key,
  key,
  mean,
  mul,
  norm,
  normal,
  silu,
  split,
  square,
  sub,
  sum,
  type Tensor,
  uniform,
  valueAuxAndGrad,
} from "@echograd/echograd";
import { assertAlmostEquals } from "@std/assert";

Deno.test("example: a critic with a gradient penalty (Gulrajani et al., NIPS 2017)", async () => {
  const [first, second] = split(key(0));
  let params = [initDense(first, 2, 32), initDense(second, 32, 1)];
  const critic = ([a, b]: typeof params, x: Tensor) => dense(b, silu(dense(a, x)));
  /** Minus the Wasserstein distance, and a penalty where the slope between the two is not 1. */
  function loss(p: typeof params, key: Key): [Tensor, Tensor] {
    const [forReal, forFake, forMix] = split(key, 3);
    const [real, fake] = [add(normal(forReal, [128, 2]), 2), normal(forFake, [128, 2])];
    const mixed = add(fake, mul(uniform(forMix, [128, 1]), sub(real, fake)));
    const slopes = grad((x: Tensor) => sum(critic(p, x)))(mixed);
    const penalty = mean(square(sub(norm(slopes, { axis: 1 }), 1)));
    const distance = sub(mean(critic(p, real)), mean(critic(p, fake)));
    return [sub(mul(penalty, 10), distance), distance];
  }

  const optimizer = adam({ learningRate: 1e-2 });
  let state = optimizer.init(params);
  const step = jit((p: typeof params, s: typeof state, key: Key) => {
    const [, distance, gradient] = valueAuxAndGrad(loss)(p, key);
    const [next, after] = optimizer.update(gradient, s, p);
    return [next, after, distance];
  }, { donate: [0, 1] });
  let late = 0;
  for (let i = 0; i < 120; i++) {
    const [next, after, distance] = step(params, state, foldIn(key(1), i));
    [params, state] = [next, after];
    if (i >= 100) late += await distance.item() / 20;
  }
  assertAlmostEquals(late, Math.hypot(2, 2), 0.6); // two equal Gaussians, moved by (2, 2)
});

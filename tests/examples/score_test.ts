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
  normal,
  split,
  square,
  sum,
  tanh,
  type Tensor,
  tensor,
} from "@echograd/echograd";
import { assertAlmostEquals } from "@std/assert";

Deno.test("example: score matching (Hyvärinen, JMLR 2005)", async () => {
  const [first, second] = split(key(0));
  let params = [initDense(first, 1, 16), initDense(second, 16, 1)];
  const score = ([a, b]: typeof params, x: Tensor) => dense(b, tanh(dense(a, x)));
  /** The mean of s(x)² / 2 + s′(x): least where s is the slope of log p(x). */
  function loss(p: typeof params, x: Tensor): Tensor {
    const slope = grad((x: Tensor) => sum(score(p, x)))(x);
    return mean(add(mul(square(score(p, x)), 0.5), slope));
  }

  const optimizer = adam({ learningRate: 2e-2 });
  let state = optimizer.init(params);
  const step = jit((p: typeof params, s: typeof state, key: Key) => {
    const x = add(mul(normal(key, [128, 1]), 0.5), 1);
    return optimizer.update(grad(loss)(p, x), s, p);
  }, { donate: [0, 1] });
  for (let i = 0; i < 200; i++) [params, state] = step(params, state, foldIn(key(1), i));

  // Of N(1, .5²) the slope of log p at x is (1 − x) / .25.
  const [left, middle, right] = await score(params, tensor([[0.5], [1], [1.5]])).read();
  assertAlmostEquals(left, 2, 0.4);
  assertAlmostEquals(middle, 0, 0.4);
  assertAlmostEquals(right, -2, 0.4);
});

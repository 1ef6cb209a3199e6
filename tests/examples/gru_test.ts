import {
  adam,
  cumsum,
  dense,
  foldIn,
  grad,
  gruCell,
  initDense,
  initGru,
  jit,
  type Key,
  key,
  meanSquaredError,
  mul,
  normal,
  scan,
  split,
  type Tensor,
  zeros,
} from "@echograd/echograd";
import { assert } from "@std/assert";

Deno.test("example: a GRU learns to add up a series", async () => {
  const [first, second] = split(key(0));
  let params = { cell: initGru(first, 1, 16), output: initDense(second, 16, 1) };
  const run = scan((h: Tensor, x: Tensor, p: typeof params) => {
    const next = gruCell(p.cell, h, x);
    return [next, dense(p.output, next)];
  });
  /** Series of 6 rows, for 64 examples. */
  const draw = (key: Key) => mul(normal(key, [6, 64, 1]), 0.3);
  const loss = (p: typeof params, x: Tensor) =>
    meanSquaredError(run(zeros([64, 16]), x, p)[1], cumsum(x, { axis: 0 }));

  const optimizer = adam({ learningRate: 2e-2 });
  let state = optimizer.init(params);
  const step = jit(
    (p: typeof params, s: typeof state, key: Key) =>
      optimizer.update(grad(loss)(p, draw(key)), s, p),
    { donate: [0, 1] },
  );
  for (let i = 1; i <= 100; i++) [params, state] = step(params, state, foldIn(key(1), i));
  assert(await loss(params, draw(key(2))).item() < 0.03); // the sums have a variance of .4
});

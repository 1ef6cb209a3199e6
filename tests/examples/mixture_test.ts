import {
  adam,
  add,
  concat,
  expandDims,
  grad,
  jit,
  key,
  logSoftmax,
  logSumExp,
  mean,
  mul,
  neg,
  normal,
  split,
  square,
  sub,
  sum,
  tensor,
  zeros,
} from "@echograd/echograd";
import { assert, assertAlmostEquals } from "@std/assert";

Deno.test("example: a mixture of Gaussians by maximum likelihood", async () => {
  const centres = [[-4, 0], [0, 4], [4, 0]];
  const data = concat(
    split(key(0), 3).map((k, i) => add(normal(k, [100 * (i + 1), 2]), tensor(centres[i]))),
  );
  let params = { logits: zeros([3]), means: tensor([[-1, 0], [0, 1], [1, 0]]) };
  /** −log p(x) but for a constant, the mean over x: [n, 1, 2] against [3, 2]. */
  function loss({ logits, means }: typeof params) {
    const distance = sum(square(sub(expandDims(data, 1), means)), { axis: -1 });
    return neg(mean(logSumExp(add(logSoftmax(logits), mul(distance, -0.5)), { axis: -1 })));
  }

  const optimizer = adam({ learningRate: 0.1 });
  let state = optimizer.init(params);
  const step = jit((p: typeof params, s: typeof state) => optimizer.update(grad(loss)(p), s, p), {
    donate: [0, 1],
  });
  for (let i = 0; i < 150; i++) [params, state] = step(params, state);

  (await params.means.array() as number[][]).forEach((found, i) =>
    found.forEach((x, j) => assertAlmostEquals(x, centres[i][j], 0.35))
  );
  const [rare, , often] = await logSoftmax(params.logits).read();
  assert(Math.abs(rare - Math.log(1 / 6)) < 0.15 && Math.abs(often - Math.log(1 / 2)) < 0.15);
});

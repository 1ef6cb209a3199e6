/**
 * Losses and layers against PyTorch, values and gradients; and what they promise at the edges.
 *
 * Errors are held against the sizes of the terms that were added. A function of a few units in the
 * last place behind another, after sums of up to 12 terms, stays within 16 of them.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import {
  add,
  bernoulliCrossEntropy,
  type Dense,
  dense,
  exp,
  glorotUniform,
  grad,
  initDense,
  key,
  logSigmoid,
  logSumExp,
  mean,
  mul,
  relu,
  run,
  softmax,
  sum,
  tanh,
  type Tensor,
  tensor,
  treeLeaves,
  treePaths,
  valueAndGrad,
} from "../../../mod.ts";
import { gaussianKl } from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { assertGolden, type Check, golden } from "../../golden/check.ts";
import { parse, values } from "../../golden/values.ts";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  uniformCdf,
} from "../../fixtures/statistics.ts";

onEveryDevice("logSigmoid is PyTorch's, and so is its gradient", async (device) => {
  const { pointwise } = values;
  const x = golden(pointwise.x);
  await assertGolden([
    ["value", logSigmoid(x), pointwise.logSigmoid],
    ["gradient", grad((x: Tensor) => sum(logSigmoid(x)))(x), pointwise.gradient],
  ], device);
});

onEveryDevice("logSumExp of −∞ alone has gradient 0, beside other lines", async (device) => {
  const [none, one] = [-Infinity, Math.log(3)];
  const x = tensor([[none, none, none], [none, one, 0], [none, 1, none]]);
  const lines = (x: Tensor) => logSumExp(x, { axis: 1 });
  const [y, gradient] = run([lines(x), grad((x: Tensor) => sum(lines(x)))(x)], device);
  const near = (found: ArrayLike<number>, expected: readonly number[]) =>
    expected.forEach((want, i) =>
      assert(found[i] === want || Math.abs(found[i] - want) < 1e-6, `${i}: ${found[i]}`)
    );
  near(await y.read(), [none, Math.log(4), 1]);
  near(await gradient.read(), [0, 0, 0, 0, 0.75, 0.25, 0, 1, 0]);
});

onEveryDevice("softmax and logSumExp are PyTorch's, however large the logits", async (device) => {
  const { rows } = values;
  const x = golden(rows.x), weights = golden(rows.weights);
  const xs = parse(rows.x).data;
  // x − logSumExp(x) is as exact as x itself: half a place of 1000 is 256 places of 1 (and of
  // softmax, at most that).
  const places = (i: number) => Math.abs(xs[i]);
  const softmaxes = parse(rows.softmax).data;
  const gradient = grad((x: Tensor) => sum(mul(softmax(x), weights)))(x);
  await assertGolden([
    ["softmax", softmax(x), rows.softmax, (i) => softmaxes[i] * places(i)],
    ["softmax of columns", softmax(x, 0), rows.softmaxOfColumns],
    ["logSumExp", logSumExp(x, { axis: -1 }), rows.logSumExp],
    // Each is s·(w − Σ s·w), with w and the sum below 3.
    ["gradient", gradient, rows.softmaxGradient, (i) => 6 * softmaxes[i] * Math.max(1, places(i))],
  ], device);
  const total = sum(softmax(x), { axis: 1 });
  run([total], device);
  (await total.read()).forEach((y) => assertLess(Math.abs(y - 1), 1e-4));
});

onEveryDevice(
  "the cross-entropy from logits is PyTorch's, also for large logits",
  async (device) => {
    const { cross_entropy: of } = values;
    const logits = golden(of.logits), targets = golden(of.targets);
    const loss = (logits: Tensor) => bernoulliCrossEntropy(logits, targets);
    const gradient = grad((x: Tensor) => sum(loss(x)))(logits);
    const size = (data: readonly number[]) => data.reduce((total, x) => total + Math.abs(x), 0);
    // Softplus and t·x of every pixel are summed; each is below |x| + 1.
    const terms = size(parse(of.logits).data) / 5;
    await assertGolden(
      [
        ["loss", loss(logits), of.loss, () => terms],
        ["gradient σ(x) − t", gradient, of.gradient, () => 1],
      ],
      device,
      4,
    );
  },
);

onEveryDevice("the loss of an autoencoder and all its gradients are PyTorch's", async (device) => {
  const { autoencoder: of } = values;
  const x = golden(of.x), noise = golden(of.noise);
  type Layers = Readonly<Record<keyof typeof of.parameters, Dense>>;
  const parameters = Object.fromEntries(
    Object.entries(of.parameters).map(([name, { w, b }]) => [name, { w: golden(w), b: golden(b) }]),
  ) as unknown as Layers;
  const elbo = (p: Layers) => {
    const h = relu(dense(p.encoder, x));
    const m = dense(p.mean, h), v = dense(p.logVariance, h);
    const z = add(m, mul(exp(mul(v, 0.5)), noise));
    const logits = dense(p.decoder, tanh(dense(p.hidden, z)));
    return mean(add(bernoulliCrossEntropy(logits, x), gaussianKl(m, v)));
  };
  const [loss, gradients] = valueAndGrad(elbo)(parameters);
  const found = treeLeaves(gradients) as Tensor[];
  const paths = treePaths(gradients);
  const expected = paths.map((path) => {
    const [, layer, part] = path.split(".") as [string, keyof Layers, "w" | "b"];
    return of.gradients[layer][part];
  });
  assertEquals(paths.length, 10);
  // A gradient is a mean of 5 terms through chains of products: errors are of the size of the
  // tensor's largest element.
  const largest = expected.map((text) => Math.max(...parse(text).data.map(Math.abs)));
  await assertGolden([
    ["loss", loss, `| ${of.loss}`],
    ...found.map((g, i): Check => [paths[i], g, expected[i], () => largest[i]]),
  ], device);
});

onEveryDevice("losses and gradients stay finite where the logits are huge", async (device) => {
  const logits = tensor([[-1e30, 1e30, -500, 500, 0]]), targets = tensor([[1, 0, 0, 1, 0.5]]);
  const [loss, gradient] = valueAndGrad((x: Tensor) => sum(bernoulliCrossEntropy(x, targets)))(
    logits,
  );
  const small = logSigmoid(logits);
  run([loss, gradient, small], device);
  assert(Number.isFinite(await loss.item()));
  const slopes = await gradient.read();
  [-1, 1, 0, 0, 0].forEach((want, i) => assertLess(Math.abs(slopes[i] - want), 1e-200));
  assert((await small.read()).every((y: number) => Number.isFinite(y) && y <= 0));
});

onEveryDevice("relu keeps positive numbers and has slope 1 only there", async (device) => {
  const x = tensor([-2, -0.5, 0.5, 3]);
  const y = relu(x), slope = grad((x: Tensor) => sum(relu(x)))(x);
  run([y, slope], device);
  assertEquals(Array.from(await y.read()), [0, 0, 0.5, 3]);
  assertEquals(Array.from(await slope.read()), [0, 0, 1, 1]);
});

Deno.test("Glorot's weights are uniform on ±√(6 / (inputs + outputs)), biases zero", async () => {
  const inputs = 300, outputs = 100, limit = Math.sqrt(6 / 400);
  const { w, b } = initDense(key(1), inputs, outputs);
  assertEquals([w.shape, b.shape], [[inputs, outputs], [outputs]]);
  const weights = await w.read();
  const shares = Float64Array.from(weights, (x) => (x / limit + 1) / 2);
  assertLess(kolmogorovSmirnov(shares, uniformCdf), kolmogorovSmirnovLimit(shares.length));
  assert(weights.every((x: number) => Math.abs(x) <= limit * (1 + 2 ** -22)));
  assert((await b.read()).every((x: number) => x === 0));
  assertEquals(await glorotUniform(key(1), [inputs, outputs]).read(), weights);
});

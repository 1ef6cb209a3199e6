/**
 * Layers against plain loops in float64, on every device.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import * as g from "../../../mod.ts";
import { ShapeError } from "../../../mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { checkCases } from "../../fixtures/cases.ts";
import { at, build, floats } from "../../fixtures/naive.ts";
import { refusal, testRefusals } from "../../fixtures/refusals.ts";

onEveryDevice("layerNorm gives rows of mean 0 and variance 1, scaled and shifted", (device) => {
  const x = floats([2, 3, 5]), scale = floats([5], 0.5, 2, 2), shift = floats([5], -1, 1, 3);
  const rowOf = (i: number, j: number) => x.data.slice(15 * i + 5 * j, 15 * i + 5 * j + 5);
  const average = (row: readonly number[]) => row.reduce((a, b) => a + b) / row.length;
  const normal = (epsilon: number) =>
    build([2, 3, 5], (i, j, k) => {
      const row = rowOf(i, j), middle = average(row);
      const variance = average(row.map((y) => (y - middle) ** 2));
      return (at(x, [i, j, k]) - middle) / Math.sqrt(variance + epsilon) * scale.data[k] +
        shift.data[k];
    });
  const terms = Array(30).fill(6); // normalised features are below √5, scales below 2
  const inputs = [x, scale, shift];
  return checkCases("layerNorm", [
    {
      title: "by default",
      inputs,
      compute: (x, scale, shift) => g.layerNorm({ scale, shift }, x),
      expected: { ...normal(1e-5), terms },
      ulps: 4,
    },
    {
      title: "with a large epsilon",
      inputs,
      compute: (x, scale, shift) => g.layerNorm({ scale, shift }, x, { epsilon: 2 }),
      expected: { ...normal(2), terms },
      ulps: 4,
    },
    {
      title: "a constant row",
      inputs: [build([2, 4], () => 7)],
      compute: (x) => g.layerNorm(g.initLayerNorm(4), x),
      expected: build([2, 4], () => 0),
    },
  ], device);
});

onEveryDevice("dropout gives 0 at its rate, and keeps the mean", async (device) => {
  const n = 20_000, rate = 0.3;
  const x = g.full([n], 3);
  const [y, slope] = g.run([
    g.dropout(g.key(1), x, rate),
    g.grad((x: g.Tensor) => g.sum(g.dropout(g.key(1), x, rate)))(x),
  ], device);
  const values = await y.read(), slopes = await slope.read();
  const zeros = values.filter((v: number) => v === 0).length;
  assertLess(Math.abs(zeros / n - rate), 4 * Math.sqrt(rate * (1 - rate) / n));
  values.forEach((v: number, i: number) => {
    const kept = v === 0 ? 0 : 1 / (1 - rate);
    assert(Math.abs(v - 3 * kept) < 1e-5 && Math.abs(slopes[i] - kept) < 1e-5, `${i}: ${v}`);
  });
  const same = g.run(g.dropout(g.key(1), x, 0), device);
  assertEquals((await same.read()).every((v: number) => v === 3), true);
});

onEveryDevice("gruCell is its formula", (device) => {
  const [batch, inputs, units] = [2, 4, 3];
  const h = floats([batch, units], -1, 1, 1), x = floats([batch, inputs], -1, 1, 2);
  const w = floats([inputs, 9], -1, 1, 3), b = floats([9], -1, 1, 4);
  const u = floats([units, 9], -1, 1, 5), c = floats([9], -1, 1, 6);
  const sigmoid = (y: number) => 1 / (1 + Math.exp(-y));
  const row = (v: typeof x, m: typeof w, bias: typeof b, i: number, j: number) =>
    bias.data[j] + m.data.reduce(
      (sum, _, k) => k % 9 === j ? sum + at(v, [i, (k - j) / 9]) * m.data[k] : sum,
      0,
    );
  const expected = build([batch, units], (i, j) => {
    const [a, d] = [[x, w, b], [h, u, c]].map(([v, m, bias]) =>
      [0, 3, 6].map((gate) => row(v, m, bias, i, j + gate))
    );
    const reset = sigmoid(a[0] + d[0]), keep = sigmoid(a[1] + d[1]);
    return (1 - keep) * Math.tanh(a[2] + reset * d[2]) + keep * at(h, [i, j]);
  });
  return checkCases("gruCell", [{
    title: "a step",
    inputs: [h, x, w, b, u, c],
    compute: (h, x, w, b, u, c) => g.gruCell({ input: { w, b }, state: { w: u, b: c } }, h, x),
    expected: { ...expected, terms: Array(batch * units).fill(2) },
    ulps: 8,
  }], device);
});

onEveryDevice("attention is a mean of values by softmax, and causal if asked", (device) => {
  const q = floats([2, 3, 4], -2, 2, 1), k = floats([2, 5, 4], -2, 2, 2);
  const v = floats([2, 5, 2], -2, 2, 3);
  const expected = (causal: boolean) => ({
    ...build([2, 3, 2], (b, i, d) => {
      const weights = [0, 1, 2, 3, 4].map((j) =>
        causal && j > i
          ? 0
          : Math.exp([0, 1, 2, 3].reduce((s, f) => s + at(q, [b, i, f]) * at(k, [b, j, f]) / 2, 0))
      );
      const total = weights.reduce((a, b) => a + b);
      return weights.reduce((sum, w, j) => sum + w * at(v, [b, j, d]), 0) / total;
    }),
    terms: Array(12).fill(4),
  });
  return checkCases(
    "attention",
    [false, true].map((causal) => ({
      title: causal ? "causal" : "of all",
      inputs: [q, k, v],
      compute: (q, k, v) => g.attention(q, k, v, { causal }),
      expected: expected(causal),
      ulps: 16,
    })),
    device,
  );
});

Deno.test("selfAttention attends with each head's own features", async () => {
  const x = g.normal(g.key(2), [2, 5, 6]), params = g.initSelfAttention(g.key(1), 6);
  const y = g.selfAttention(params, x, 3, { causal: true });
  const [q, k, v] = [params.query, params.key, params.value].map((layer) =>
    g.reshape(g.dense(layer, g.reshape(x, [10, 6])), [2, 5, 6])
  );
  const heads = [0, 2, 4].map((from) => {
    const part = (t: g.Tensor) => g.slice(t, [0, 0, from], [2, 5, 2]);
    return g.attention(part(q), part(k), part(v), { causal: true });
  });
  const expected = g.dense(params.output, g.reshape(g.concat(heads, 2), [10, 6]));
  const difference = g.reduceMax(g.abs(g.sub(g.reshape(y, [10, 6]), expected)));
  assertLess(await difference.item(), 1e-6);
});

Deno.test("the gradient of an embedding adds up what each vector got", async () => {
  const words = g.tensor([2, 0, 2], { dtype: "int32" });
  const slope = g.grad((table: g.Tensor) => g.sum(g.embedding(table, words)))(
    g.initEmbedding(g.key(1), 4, 2),
  );
  assertEquals([...await slope.read()], [1, 1, 0, 0, 2, 2, 0, 0]);
});

onEveryDevice("softmaxCrossEntropy by labels and by rows", (device) => {
  const logits = build([3, 4], (i, j) => i === 2 ? [1000, 0, -1000, 0][j] : (i + 1) * (j - 1.5));
  const labels = build([3], (i) => [0, 3, 1][i], "int32"), rows = floats([3, 4], 0, 1);
  const nats = (i: number, j: number) => {
    const line = logits.data.slice(4 * i, 4 * i + 4), top = Math.max(...line);
    return top + Math.log(line.reduce((s, y) => s + Math.exp(y - top), 0)) - line[j];
  };
  return checkCases("softmaxCrossEntropy", [
    {
      title: "labels",
      inputs: [logits, labels],
      compute: g.softmaxCrossEntropy,
      expected: build([3], (i) => nats(i, labels.data[i])),
      ulps: 4,
    },
    {
      title: "rows",
      inputs: [logits, rows],
      compute: g.softmaxCrossEntropy,
      expected: build(
        [3],
        (i) => [0, 1, 2, 3].reduce((s, j) => s + at(rows, [i, j]) * nats(i, j), 0),
      ),
      ulps: 4,
    },
  ], device);
});

Deno.test("He's and LeCun's weights have their variances, and orthogonal ones are", async () => {
  const [rows, columns] = [200, 300];
  const expected = {
    heNormal: 2 / rows,
    lecunNormal: 1 / rows,
    lecunUniform: 1 / rows,
    heUniform: 2 / rows,
  };
  for (const [name, variance] of Object.entries(expected)) {
    const w = g[name as keyof typeof expected](g.key(1), [rows, columns]);
    const found = await g.variance(w).item();
    // The variance of the mean of n squares is below 2·variance²/n: 5 deviations.
    assertLess(Math.abs(found / variance - 1), 5 * Math.sqrt(2 / (rows * columns)), name);
  }
  for (const shape of [[64, 64], [7, 40], [40, 7], [1, 1]]) {
    const w = g.orthogonal(g.key(3), shape), wide = shape[0] < shape[1];
    const product = wide ? g.matmul(w, g.transpose(w)) : g.matmul(g.transpose(w), w);
    const error = g.reduceMax(g.abs(g.sub(product, g.eye(Math.min(...shape)))));
    assertLess(await error.item(), 1e-5, `${shape}`);
  }
});

const x = g.zeros([2, 3]);
testRefusals([
  refusal(
    ShapeError,
    "Cannot layerNorm [2, 3] with scale [2] and shift [2]: both are of the size of its last axis",
    () => g.layerNorm(g.initLayerNorm(2), x),
  ),
  refusal(RangeError, "with epsilon 0", () => g.layerNorm(g.initLayerNorm(3), x, { epsilon: 0 })),
  refusal(
    RangeError,
    "Cannot dropout at rate 1: a rate is a number from 0 to below 1",
    () => g.dropout(g.key(1), x, 1),
  ),
  refusal(
    ShapeError,
    "Cannot softmaxCrossEntropy logits [2, 3] against [3]",
    () => g.softmaxCrossEntropy(x, g.zeros([3], "int32")),
  ),
  refusal(
    ShapeError,
    "meanSquaredError of [2, 3] and [3]",
    () => g.meanSquaredError(x, g.zeros([3])),
  ),
  refusal(
    ShapeError,
    "Cannot matmul [2, 4] by [5, 15]",
    () => g.gruCell(g.initGru(g.key(1), 3, 5), g.zeros([2, 4]), x),
  ),
  refusal(
    ShapeError,
    "Cannot attention [3], [2, 3] and [2, 3]",
    () => g.attention(g.zeros([3]), x, x),
  ),
  refusal(
    ShapeError,
    "Cannot selfAttention [1, 2, 3] with 2 heads",
    () => g.selfAttention(g.initSelfAttention(g.key(1), 3), g.zeros([1, 2, 3]), 2),
  ),
  refusal(ShapeError, "Cannot make an orthogonal [3]", () => g.orthogonal(g.key(1), [3])),
  refusal(TypeError, "float32", () => g.dropout(g.key(1), g.zeros([2], "int32"), 0.5)),
]);

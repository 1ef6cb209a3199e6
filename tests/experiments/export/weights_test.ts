import { assertAlmostEquals, assertEquals } from "@std/assert";
import { key, normal, run } from "../../../mod.ts";
import { autoregressiveFlow } from "../../../lib/densities/mod.ts";
import { addFlow } from "../../../experiments/export/masked.ts";
import { planOf } from "../../../experiments/export/plan.ts";
import type { Weights } from "../../../experiments/export/steps.ts";
import { weightsOf } from "../../fixtures/export_cases.ts";

/** The shapes of arrays by name. */
const shapesOf = (weights: Weights) =>
  Object.fromEntries([...weights].map(([name, { shape }]) => [name, [...shape]]));

Deno.test("weights: the names and shapes are those of a PyTorch module", async () => {
  const { weights } = await planOf(weightsOf("convolution"));
  assertEquals(shapesOf(weights), {
    "encoder.0.weight": [3, 1, 3, 3],
    "encoder.0.bias": [3],
    "encoder.1.weight": [3],
    "encoder.1.bias": [3],
    "encoder.2.weight": [2, 3, 2, 1],
    "encoder.2.bias": [2],
    "encoder.4.weight": [8, 20],
    "encoder.4.bias": [8],
    "encoder.5.weight": [8],
    "encoder.5.bias": [8],
    "mean.weight": [4, 8],
    "mean.bias": [4],
    "scale.weight": [4, 8],
    "scale.bias": [4],
    "decoder.0.weight": [20, 4],
    "decoder.0.bias": [20],
    "decoder.2.weight": [2, 4, 2, 1],
    "decoder.2.bias": [4],
    "decoder.3.weight": [4, 1, 2, 4],
    "decoder.3.bias": [1],
  });
});

Deno.test("weights: those of latent layers and priors", async () => {
  const { weights: matrix } = await planOf(weightsOf("echo_matrix"));
  assertEquals(shapesOf(matrix)["latent.left.weight"], [6, 6]);
  assertEquals(shapesOf(matrix)["latent.right.bias"], [6]);
  const { weights: vamp } = await planOf(weightsOf("iaf_vamp"));
  assertEquals(shapesOf(vamp)["prior.inputs"], [5, 30]);
  assertEquals(shapesOf(vamp)["latent.1.2.weight"], [4, 7]);
  const { weights: maf } = await planOf(weightsOf("iaf_maf"));
  assertEquals(shapesOf(maf)["prior.0.0.weight"], [9, 4]);
  assertEquals(shapesOf(maf)["latent.0.0.weight"], [9, 6 + 4]);
  assertEquals(shapesOf(maf)["latent.1.2.bias"], [8]);
});

Deno.test("weights: masked networks are dense ones with zeros where the mask is", async () => {
  // Wide enough for several groups of outputs.
  const options = { steps: 1, hidden: [260, 300], shiftOnly: true, reverse: true };
  const flow = autoregressiveFlow({ ...options, dimensions: 5, activation: (x) => x });
  const params = run(flow.init(key(1)));
  const weights: Weights = new Map();
  await addFlow(weights, "it", { ...options, activation: "linear" }, params, 5);
  // The product of the layers is what a dimension gets from the ones before it, and no other.
  const x = normal(key(2), [1, 5]);
  let h = [...await x.read()];
  let product = [0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => Number(i === j)));
  for (const i of [0, 1, 2]) {
    const { shape: [outputs, inputs], data } = weights.get(`it.0.${i}.weight`)!;
    const bias = weights.get(`it.0.${i}.bias`)!.data;
    const apply = (h: number[]) =>
      Array.from(
        { length: outputs },
        (_, row) => h.reduce((sum, value, column) => sum + value * data[row * inputs + column], 0),
      );
    h = apply(h).map((value, row) => value + bias[row]);
    product = product.map(apply);
  }
  product.forEach((row, from) =>
    row.forEach((value, to) => assertEquals(value === 0, to <= from, `${from} to ${to}`))
  );
  const given = await x.read(), expected = await flow.forward(params, x).y.read();
  expected.forEach((y, d) => assertAlmostEquals(given[d] + h[d], y, 1e-5));
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as onnx from "onnxruntime-web/wasm";
import { add, exp, key, log, mul, normal, type Tensor, tensor } from "../../../mod.ts";
import { clipMean } from "../../../lib/echo/channel.ts";
import { autoregressiveFlow, type FlowParams } from "../../../lib/densities/mod.ts";
import { onnxFiles } from "../../../experiments/export/onnx.ts";
import { makeGraph } from "../../../experiments/export/onnx_file.ts";
import { planOf } from "../../../experiments/export/plan.ts";
import { ACTIVATIONS } from "../../../experiments/models/activations.ts";
import type { Weights } from "../../../experiments/trained/weights.ts";
import { CASES, imagesOf, weightsOf } from "../../fixtures/export_cases.ts";
import { assertRefused } from "../../fixtures/helpers.ts";

onnx.env.wasm.numThreads = 1;
// The first session opens a message port for good, which no test may do.
const first = makeGraph("first", "nothing");
first.output("y", first.input("x", 1), 1);
await (await onnx.InferenceSession.create(first.bytes())).release();

type Values = Readonly<Record<string, Tensor>>;

/** What ONNX Runtime computes by the bytes of a file. */
async function computed(file: Uint8Array, inputs: Values): Promise<Record<string, Float32Array>> {
  const session = await onnx.InferenceSession.create(file);
  const given: Record<string, onnx.Tensor> = {};
  for (const [name, x] of Object.entries(inputs)) {
    given[name] = new onnx.Tensor("float32", await x.read("float32"), [...x.shape]);
  }
  const found = await session.run(given);
  await session.release();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, data as Float32Array]),
  );
}

/** Asserts that ONNX Runtime computes the values of this library, to 1e-5 of 1 or of their size. */
async function assertComputes(file: Uint8Array, inputs: Values, values: Values): Promise<void> {
  const found = await computed(file, inputs);
  assertEquals(Object.keys(found).sort(), Object.keys(values).sort());
  for (const [name, value] of Object.entries(values)) {
    const expected = await value.read();
    assertEquals(found[name].length, expected.length);
    found[name].forEach((x, i) =>
      assertAlmostEquals(x, expected[i], 1e-5 * Math.max(1, Math.abs(expected[i])), `${name} ${i}`)
    );
  }
}

/** What the library says that the files of a model must compute of a batch. */
async function assertModel(weights: Weights, count: number): Promise<string[]> {
  const { config: { latent }, imageSize: [height, width], model, params } = weights;
  const files = onnxFiles(await planOf(weights), "it");
  const images = tensor(imagesOf(count, height * width), { shape: [count, height * width] });
  const encoded = model.encoder(params).encode(images);
  const statistics = model.latent.statistics(encoded);
  let [mean, logScale] = [statistics.mean, mul(statistics.logVariance ?? 0, 0.5)];
  if (latent.type === "echo") {
    const channel = model.latent.channel!, gain = latent.multiplicative ? 1 : latent.gain;
    mean = mul(clipMean(mean, channel), gain);
    logScale = add(statistics.logScale, Math.log(channel.clip));
  }
  const hidden = latent.type === "iaf" && latent.context ? { hidden: encoded.hidden } : {};
  const heads = { mean, log_scale: logScale, ...hidden };
  await assertComputes(files.get("encoder.onnx")!, { images }, heads);

  const codes = normal(key(5), [count, latent.size]);
  const pixels = model.decode(params, codes);
  const odds = log(mul(pixels, exp(mul(log(add(mul(pixels, -1), 1)), -1))));
  await assertComputes(files.get("decoder.onnx")!, { codes }, { pixels, logits: odds });

  if (latent.type === "iaf") {
    const context = latent.context ? weights.params.mean.w.shape[0] : 0;
    const options = { steps: latent.steps, hidden: latent.hidden, reverse: latent.reverse };
    const flow = autoregressiveFlow({
      ...{ ...options, dimensions: latent.size, context, shiftOnly: latent.shiftOnly },
      activation: ACTIVATIONS[latent.activation],
    });
    const about = context > 0 ? encoded.hidden : undefined;
    const { y, logDeterminant } = flow.forward(params.latent as FlowParams, codes, about);
    await assertComputes(files.get("flow.onnx")!, { base: codes, ...hidden }, {
      codes: y,
      ...!latent.shiftOnly && { log_determinant: logDeterminant },
    });
  }
  return [...files.keys()];
}

for (const name of Object.keys(CASES).filter((name) => name !== "echo_matrix")) {
  Deno.test(`onnx: ONNX Runtime computes what the library computes: ${name}`, async () => {
    const weights = weightsOf(name);
    // The number of images is free.
    const files = await assertModel(weights, name === "pools" ? 1 : 3);
    assertEquals(files.includes("flow.onnx"), weights.config.latent.type === "iaf");
  });
}

Deno.test("onnx: a scale that is a matrix is refused", async () => {
  const plan = await planOf(weightsOf("echo_matrix"));
  assertRefused(() => onnxFiles(plan, "runs/x"), "runs/x", "echo_matrix", "--to safetensors");
});

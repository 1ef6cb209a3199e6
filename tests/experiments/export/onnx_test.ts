import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as onnx from "onnxruntime-web/wasm";
import { run, type Tensor } from "../../../mod.ts";
import { autoregressiveFlow, type Flow, type FlowParams } from "../../../lib/densities/mod.ts";
import { onnxFiles } from "../../../experiments/export/onnx.ts";
import { makeGraph } from "../../../experiments/export/onnx_file.ts";
import { planOf } from "../../../experiments/export/plan.ts";
import { ACTIVATIONS } from "../../../experiments/models/activations.ts";
import type { IafOptions } from "../../../experiments/models/latents/iaf.ts";
import type { Weights } from "../../../experiments/trained/weights.ts";
import { CASES, valuesOf, weightsOf } from "../../fixtures/export_cases.ts";
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

/** Asserts that the files of a model compute what the library does; returns their names. */
async function assertModel(weights: Weights, count: number): Promise<string[]> {
  const { config: { latent }, params } = weights;
  const files = onnxFiles(await planOf(weights), "it");
  const values = valuesOf(weights, count);
  const flow = latent.type === "iaf" ? latent : undefined;
  const flowed = flow && flowOf(flow, values.hidden.shape[1]).forward(
    params.latent as FlowParams,
    values.codes,
    flow.context ? values.hidden : undefined,
  );
  const { images, codes, hidden, pixels, logits, mean, log_scale, codes_of_flow, log_determinant } =
    run({
      ...values,
      codes_of_flow: flowed?.y ?? values.codes,
      log_determinant: flowed?.logDeterminant ?? values.codes,
    });
  const about: Values = flow?.context ? { hidden } : {};
  await assertComputes(files.get("encoder.onnx")!, { images }, { mean, log_scale, ...about });
  await assertComputes(files.get("decoder.onnx")!, { codes }, { pixels, logits });
  if (flow !== undefined) {
    const results: Values = flow.shiftOnly ? {} : { log_determinant };
    const flowFile = files.get("flow.onnx")!;
    await assertComputes(flowFile, { base: codes, ...about }, { codes: codes_of_flow, ...results });
  }
  return [...files.keys()];
}

const flowOf = ({ size, context, activation, steps, hidden, reverse, shiftOnly }: IafOptions & {
  size: number;
}, width: number): Flow =>
  autoregressiveFlow({
    ...{ steps, hidden, reverse, shiftOnly },
    dimensions: size,
    context: context ? width : 0,
    activation: ACTIVATIONS[activation],
  });

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

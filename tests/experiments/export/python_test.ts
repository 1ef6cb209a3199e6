import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exp, key, run, type Tensor, tensor, zeros } from "../../../mod.ts";
import { gaussianSample } from "../../../lib/densities/mod.ts";
import { planOf } from "../../../experiments/export/plan.ts";
import { pythonText } from "../../../experiments/export/python.ts";
import { encodeTensors, type NamedArray } from "../../../experiments/formats/safetensors.ts";
import type { Weights } from "../../../experiments/trained/weights.ts";
import { CASES, valuesOf, weightsOf } from "../../fixtures/export_cases.ts";
import { python } from "../../fixtures/python.ts";
import { assertRefused, temporaryFolder } from "../../fixtures/helpers.ts";

const NAMES = Object.keys(CASES).filter((name) => name !== "echo_matrix");
const IMAGES = 3;

/** What the module of a model must compute of three images, and of some codes. */
async function expectedOf(weights: Weights): Promise<Record<string, Tensor>> {
  const { config: { latent }, model, params } = weights, shape = [IMAGES, latent.size];
  const { hidden: _, pixels: __, ...values } = valuesOf(weights, IMAGES);
  const rate = model.rates(params, values.images, key(6));
  if (latent.type !== "echo") {
    const none = zeros(shape), noise = gaussianSample(key(6), none, none);
    const { z } = model.encode(params, values.images, key(6));
    return run({ ...values, rate, noise, z });
  }
  const { scale, ...all } = run({ ...values, rate, scale: exp(values.log_scale) });
  const echoes = echoCodes(await all.mean.read(), await scale.read(), latent);
  const ways = echoes.length / (IMAGES * latent.size);
  return { ...all, echoes: tensor(echoes, { shape: [ways, ...shape] }) };
}

/** The codes of three images for each way to choose two echoes, [ways, images, latent]. */
function echoCodes(
  f: ArrayLike<number>,
  s: ArrayLike<number>,
  { size, centred, multiplicative, sampling }: {
    size: number;
    centred: boolean;
    multiplicative: boolean;
    sampling: string;
  },
): Float32Array {
  const all = [0, 1, 2];
  const middle = (d: number) => centred ? (f[d] + f[size + d] + f[2 * size + d]) / 3 : 0;
  const code = (i: number, [j, k]: number[], d: number) => {
    const mean = (row: number) => f[row * size + d] - middle(d);
    const z = f[i * size + d] + s[i * size + d] * (mean(j) + s[j * size + d] * mean(k));
    return multiplicative ? Math.exp(z) : z;
  };
  const withSelf = sampling === "withReplacement";
  const waysOf = (i: number) =>
    all.flatMap((j) => all.map((k) => [j, k]))
      .filter(([j, k]) => withSelf || (j !== k && j !== i && k !== i));
  return Float32Array.from(
    waysOf(0).flatMap((_, way) =>
      all.flatMap((i) => Array.from({ length: size }, (_, d) => code(i, waysOf(i)[way], d)))
    ),
  );
}

Deno.test("python: PyTorch computes what the library computes", async () => {
  const { code, err } = await python("-c", "import torch");
  if (code !== 0) {
    console.log(`python: left out, since there is no PyTorch: ${err.trim().split("\n").at(-1)}`);
    return;
  }
  await using folder = await temporaryFolder();
  for (const name of NAMES) {
    const weights = weightsOf(name), plan = await planOf(weights), own = join(folder.path, name);
    await Deno.mkdir(own);
    const tensors = new Map<string, NamedArray>();
    for (const [name, value] of Object.entries(await expectedOf(weights))) {
      tensors.set(name, { shape: value.shape, data: await value.read("float32") });
    }
    const write = (file: string, tensors: ReadonlyMap<string, NamedArray>) =>
      Deno.writeFile(join(own, file), encodeTensors({ tensors, metadata: {} }));
    await write("expected.safetensors", tensors);
    await write("weights.safetensors", plan.weights);
    await Deno.writeTextFile(join(own, "model.py"), pythonText(plan, name));
  }
  const script = fileURLToPath(new URL("../../fixtures/run_exports.py", import.meta.url));
  const run = await python(script, folder.path);
  assertEquals([run.code, run.err], [0, ""]);
  const results = run.out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(results.map(({ name }) => name), [...NAMES].sort());
  for (const { name, errors } of results) {
    for (const [value, error] of Object.entries<number>(errors)) {
      assert(error < 1e-5, `${name}: ${value} is off by ${error}`);
    }
  }
});

Deno.test("python: the module is short, and has only the parts that the model needs", async () => {
  const text = pythonText(await planOf(weightsOf("echo")), 'a "run"');
  assertMatch(text, /^"""a _run_, an autoencoder/);
  for (const part of ["class View", "class Conv", "class Flow", "def log_normal", "def sample"]) {
    assert(!text.includes(part), part);
  }
  assert(text.split("\n").every((line) => line.length <= 100 && line.trimEnd() === line));
  assert(text.split("\n").length < 110);
});

Deno.test("python: a scale that is a matrix is refused", async () => {
  const plan = await planOf(weightsOf("echo_matrix"));
  assertRefused(() => pythonText(plan, "runs/x"), "runs/x", "echo_matrix", "--to safetensors");
});

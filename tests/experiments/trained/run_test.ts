/** Trained runs as functions: what they compute, on which inputs, and what they refuse. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import {
  add,
  full,
  key,
  mul,
  openDevice,
  run as compute,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { decodeTensors } from "../../../experiments/formats/safetensors.ts";
import { encodeSealed } from "../../../experiments/formats/seal.ts";
import { makeModel, type Params } from "../../../experiments/models/model.ts";
import { latentOf } from "../../../experiments/models/rules.ts";
import { readTest } from "../../../experiments/outcome/conclusion.ts";
import { folderAt, type RunFolder } from "../../../experiments/runs/run_folder.ts";
import { inBatches } from "../../../experiments/trained/batches.ts";
import { loadRun, type TrainedRun } from "../../../experiments/trained/mod.ts";
import { packRun } from "../../../experiments/use/pack.ts";
import {
  CONFIG,
  DATA,
  ECHO_MATRIX,
  IAF_VAMP,
  like,
  SIDE,
  VAE,
  VAE_MAF,
} from "../../fixtures/bars.ts";
import { assertRefused, assertRefusedLater } from "../../fixtures/helpers.ts";
import { trainUntil } from "../../fixtures/training.ts";

const CONV = like({
  encoder: [{ type: "conv", filters: 2, kernel: 3, stride: 2 }],
  decoder: [{ type: "reshape", shape: [1, 1, 3] }, {
    type: "convTranspose",
    filters: 1,
    kernel: 4,
    stride: 4,
    activation: "linear",
  }],
});
const CONFIGS = { CONFIG, ECHO_MATRIX, VAE, IAF_VAMP, VAE_MAF, CONV };

const device = await openDevice("cpu", { threads: 1 });
const parent = await Deno.makeTempDir({ prefix: "echograd_" });
globalThis.addEventListener("unload", () => {
  device.close();
  Deno.removeSync(parent, { recursive: true });
});
const PIXELS = SIDE * SIDE;
const IMAGES = DATA.test.data as Uint8Array;
const COUNT = DATA.test.count;

const runs = new Map<string, Promise<RunFolder>>();

/** A run of one epoch, trained once. */
function trained(name: keyof typeof CONFIGS): Promise<RunFolder> {
  const train = async () => {
    const folder = folderAt(join(parent, name));
    const config = { ...CONFIGS[name], epochs: 1 };
    await trainUntil(Infinity, folder, device, { config });
    return folder;
  };
  const run = runs.get(name) ?? train();
  runs.set(name, run);
  return run;
}

async function assertClose(a: Tensor, b: Tensor, what: string, most = 1e-5): Promise<void> {
  assertEquals(a.shape, b.shape, what);
  const [left, right] = [await a.read(), await b.read()];
  left.forEach((value, i) =>
    assert(
      Math.abs(value - right[i]) <= most * (1 + Math.abs(value)),
      `${what}: ${value} ${right[i]}`,
    )
  );
}

/** Row i of a tensor as a tensor of one row. */
async function rowOf(x: Tensor, i: number): Promise<Tensor> {
  const [count, ...rest] = x.shape, size = x.size / count;
  const data = await x.read("float32");
  return tensor(data.subarray(i * size, (i + 1) * size), { shape: [1, ...rest] });
}

/** Whether each row of x is a row of y. */
async function areRowsOf(x: Tensor, y: Tensor, most: number): Promise<boolean> {
  const [a, b] = [await x.read(), await y.read()];
  const width = x.size / x.shape[0],
    starts = (z: Tensor) => Array.from({ length: z.shape[0] }, (_, i) => i * width);
  return starts(x).every((i) =>
    starts(y).some((j) => {
      for (let k = 0; k < width; k++) if (Math.abs(a[i + k] - b[j + k]) > most) return false;
      return true;
    })
  );
}

for (const name of Object.keys(CONFIGS) as (keyof typeof CONFIGS)[]) {
  Deno.test(`a run of ${name}: each row is computed alone, in every batch`, async () => {
    const folder = await trained(name);
    const run = await loadRun(folder.path, { device });
    assertEquals([run.imageSize, run.epoch], [[SIDE, SIDE], 1]);
    const [all, one] = [IMAGES, IMAGES.subarray(5 * PIXELS, 6 * PIXELS)].map((x) => run.encode(x));
    assertEquals(all.z.shape, [COUNT, 3]);
    for (const array of Object.keys(all)) {
      await assertClose(await rowOf(all[array], 5), one[array], array);
    }
    await assertClose(await rowOf(run.decode(all.z), 5), run.decode(one.z), "decoded");

    // Without noise: the code that is drawn with a variance of 0, or Echo's with a noise of 0.
    const { latent, encoder } = makeModel(CONFIGS[name], [SIDE, SIDE]);
    const params = run.params as unknown as Params;
    const rows = tensor(IMAGES, { shape: [COUNT, PIXELS], dtype: "float32" });
    const encoded = encoder(params).encode(rows);
    const quiet = { ...encoded, scale: full(encoded.scale.shape, -200) };
    const still = latent.codeOf === undefined
      ? latent.draw(params.latent, quiet, key(0), 1).z
      : mul(all.mean, (CONFIGS[name].latent as { gain: number }).gain);
    await assertClose(all.z, still, "without noise", 1e-4);

    // Noise: another one for another key, for each image.
    const [a, b, c] = [1, 1, 2].map((seed) => run.encode(IMAGES, key(seed)).z);
    assertEquals(await a.read(), await b.read());
    assertNotEquals(await a.read(), await c.read());
    const reconstructed = run.reconstruct(IMAGES, key(1));
    assertEquals(reconstructed.shape, [COUNT, SIDE, SIDE]);
    await assertClose(reconstructed, run.decode(a), "reconstructed");

    const { losses } = await readTest(folder.test);
    const rates = [...await run.rate(IMAGES).read()];
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / COUNT;
    const deviation = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / COUNT);
    const isExact = name !== "IAF_VAMP" && name !== "VAE_MAF";
    const off = Math.abs(mean - losses.rate);
    assert(off < (isExact ? 1e-4 : 6 * deviation / Math.sqrt(COUNT)), `${mean} ${losses.rate}`);

    const samples = run.sample(key(3), 20);
    assertEquals(samples.shape, [20, SIDE, SIDE]);
    assert((await samples.read()).every((pixel) => pixel >= 0 && pixel <= 1));
    const bound = run.logLikelihood?.(IMAGES, key(4), 50);
    assertEquals(bound === undefined, latentOf(CONFIGS[name]).codeOf !== undefined);
    if (bound !== undefined) {
      const values = [...await bound.read()];
      const nats = values.reduce((sum, value) => sum + value, 0) / COUNT;
      // More codes bound it better than the one of the ELBO.
      assert(-nats < losses.rate + losses.distortion && nats < 0, `${nats}`);
    }
    await checkLine(run);
  });
}

/** The line between codes ends at both, and its middle is the image of their mean. */
async function checkLine(run: TrainedRun): Promise<void> {
  const { z } = run.encode(IMAGES);
  const [from, to] = [await rowOf(z, 0), await rowOf(z, 1)];
  const line = run.interpolate(from, to, 3);
  assertEquals(line.shape, [1, 3, SIDE, SIDE]);
  const data = await line.read("float32");
  for (const [i, code] of [from, mul(add(from, to), 0.5), to].entries()) {
    const step = tensor(data.subarray(i * PIXELS, (i + 1) * PIXELS), { shape: [1, SIDE, SIDE] });
    await assertClose(step, run.decode(code), `step ${i}`);
  }
}

Deno.test("a packed run computes what its folder does; a source is a path, bytes or files", async () => {
  const folder = await trained("ECHO_MATRIX");
  const run = await loadRun(folder.path, { device });
  const path = join(parent, "run.zip");
  const { files } = await packRun(folder.path, path);
  assert(files.includes("README.md") && files.includes("weights.safetensors"));
  const bytes = await Deno.readFile(path);
  const byName = {
    "checkpoint.safetensors": await Deno.readFile(folder.checkpoint),
    "codes.safetensors": await Deno.readFile(folder.codes),
  };
  assert(bytes.length < byName["checkpoint.safetensors"].length * 3);
  const url = new URL(`file://${folder.path}`);
  for (const source of [path, bytes, byName, url]) {
    const other = await loadRun(source, { device });
    assertEquals(other.config, run.config);
    for (
      const make of [
        (run: TrainedRun) => run.sample(key(7), 9),
        (run: TrainedRun) => run.reconstruct(IMAGES, key(8)),
      ]
    ) assertEquals(await make(other).read(), await make(run).read());
  }
});

Deno.test("Echo's noise is that of the codes that the run keeps, and so are its samples", async () => {
  const folder = await trained("CONFIG");
  const run = await loadRun(folder.path, { device });
  const kept = decodeTensors(await Deno.readFile(folder.codes), "").tensors.get("z")!;
  const codes = tensor(kept.data, { shape: kept.shape });
  assert(await areRowsOf(run.sample(key(0), 30), run.decode(codes), 1e-5));

  // z = gain · (f + clip · s · ε), so ε can be had back.
  const { gain } = CONFIG.latent as { gain: number };
  const { clip } = latentOf(CONFIG).channel!;
  const { z, mean, logScale } = run.encode(IMAGES, key(5));
  const [zs, means, scales] = [await z.read(), await mean.read(), await logScale.read()];
  const noise = Float32Array.from(
    zs,
    (z, i) => gain * (z / gain - means[i]) / (clip * Math.exp(scales[i])),
  );
  assert(await areRowsOf(tensor(noise, { shape: z.shape }), codes, 1e-3));
});

Deno.test("images are tensors or arrays, bytes or numbers in [0, 1]", async () => {
  const folder = await trained("VAE");
  const run = await loadRun(folder.path, { device });
  const expected = await run.encode(IMAGES).z.read();
  const numbers = Float32Array.from(IMAGES);
  for (
    const images of [
      numbers,
      IMAGES.map((bit) => 255 * bit),
      tensor(numbers, { shape: [COUNT, PIXELS] }),
      tensor(numbers, { shape: [COUNT, SIDE, SIDE] }),
      tensor(IMAGES, { shape: [COUNT, SIDE, SIDE], dtype: "bool" }),
    ]
  ) assertEquals(await run.encode(images).z.read(), expected);

  const size = "the run takes [n, 4, 4] or [n, 16]";
  assertRefused(() => run.encode(tensor([[1, 2, 3]])), "the shape [1, 3]", size);
  assertRefused(() => run.rate(tensor([], { shape: [0, 16] })), "[0, 16]", size);
  assertRefused(() => run.encode(new Float32Array(15)), "15 values", "4×4 pixels");
  assertRefused(() => run.encode(new Float32Array(16).fill(2)), "image 0, pixel 0 is 2");
  assertRefused(() => run.encode([0, 1] as never), "images are a tensor, a Float32Array");
  assertRefused(() => run.decode(run.encode(IMAGES) as never), "such as the z");
  assertRefused(() => run.decode(tensor([[1, 2]])), "the shape [1, 2], but the run takes [n, 3]");
  assertRefused(() => run.sample(key(0), 0), "the number of samples is 0");
  const z = tensor([[1, 2, 3]]);
  assertRefused(() => run.interpolate(z, z, 1), "the number of steps is 1");
  assertRefused(() => run.interpolate(z, tensor([[1, 2, 3], [1, 2, 3]]), 2), "[1, 3] and [2, 3]");
});

Deno.test("a damaged run, or one of another version, is refused with one sentence", async () => {
  const folder = await trained("CONFIG");
  const bytes = await Deno.readFile(folder.checkpoint);
  const load = (source: Parameters<typeof loadRun>[0], ...says: string[]) =>
    assertRefusedLater(() => loadRun(source, { device }), ...says);
  await load(join(parent, "none"), "there is no run in", "none");
  await load(parent, "checkpoint.safetensors is missing");
  await load({}, "there is no run in the run");
  await load(bytes.subarray(0, 1000), "not a whole safetensors file");
  await load(bytes.with(bytes.length - 100, bytes.at(-100)! ^ 1), "was damaged or changed");

  const { tensors, metadata: { sha256: _, ...metadata } } = decodeTensors(bytes, "");
  const changed = (keys: object) => encodeSealed({ tensors, metadata: { ...metadata, ...keys } });
  const config = (keys: object) =>
    changed({ config: JSON.stringify({ ...JSON.parse(metadata.config), ...keys }) });
  await load(await changed({ format: "3" }), "has version 3 of the format", "versions up to 2");
  await load(await config({ latent: { type: "x", size: 3 } }), 'latent.type "x"', "has not");
  await load(await config({ encoder: [{ type: "y" }] }), 'encoder.0.type "y"');
  await load(await config({ decoder: [] }), "another architecture");
  await load(await changed({ data: "{}" }), "does not say what it holds");
  const { format: __, ...older } = metadata;
  assertEquals((await loadRun(await encodeSealed({ tensors, metadata: older }))).epoch, 1);

  // A checkpoint alone has no noise.
  const alone = await loadRun(bytes, { device });
  assertEquals(alone.encode(IMAGES).z.shape, [COUNT, 3]);
  assertRefused(() => alone.sample(key(0), 1), "has no codes", "codes.safetensors");
  assertRefused(() => alone.encode(IMAGES, key(0)), "has no codes");

  tensors.get("state.params.mean.w")!.data[1] = NaN;
  await load(await changed({}), "state.params.mean.w holds NaN");
});

Deno.test("rows come in batches of powers of two, and the last is filled up", async () => {
  const sizes: number[] = [];
  const x = tensor(Float32Array.from({ length: 2 * 21 }, (_, i) => i), { shape: [21, 2] });
  const made = inBatches(
    ([x]) => {
      sizes.push(x.shape[0]);
      return { y: mul(x, 2) };
    },
    [x],
    key(0),
    8,
  );
  assertEquals(sizes, [8, 8, 8]);
  assertEquals(await compute(made.y).read(), await mul(x, 2).read());
});

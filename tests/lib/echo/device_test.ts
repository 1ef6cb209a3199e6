/**
 * Every device draws the same echoes, and computes the same code as the reference device up to the
 * rounding of float32.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import {
  echoChannel,
  type EchoOptions,
  echoRate,
  echoSample,
  grad,
  jit,
  key,
  mul,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
} from "../../../mod.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { generator, normalDraw } from "../../fixtures/statistics.ts";
import { echoMasks } from "./oracles.ts";

interface Encodings {
  readonly mean: Tensor;
  readonly logScale: Tensor;
}

function encodings(batch: number, latent: number): Encodings {
  const random = generator(1);
  const shape = [batch, latent];
  const values = (f: (x: number) => number) =>
    tensor(Float32Array.from({ length: batch * latent }, () => f(normalDraw(random))), { shape });
  return { mean: values(Math.tanh), logScale: values((x) => -Math.log1p(Math.exp(-x))) };
}

/** Largest difference of corresponding elements of two trees, relative to the largest element. */
async function difference(a: unknown, b: unknown): Promise<number> {
  const valuesOf = (tree: unknown) =>
    Promise.all((treeLeaves(tree) as Tensor[]).map((x) => x.read()));
  const found = await valuesOf(a), expected = await valuesOf(b);
  let largest = 0;
  for (const [i, is] of found.entries()) {
    const should = Float64Array.from(expected[i]);
    const size = should.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    is.forEach((v, j) => largest = Math.max(largest, Math.abs(v - should[j]) / size));
  }
  return largest;
}

const channels: Record<string, EchoOptions> = {
  "as it comes": {},
  "with replacement": { sampling: "withReplacement" },
  "in one cycle": { sampling: "cycle" },
  "multiplicative, centred and clipped": { multiplicative: true, centred: true, meanClip: 0.9 },
};
const batches: Record<string, Encodings> = {
  "the batch of the experiments": encodings(100, 32),
  "a small batch": encodings(7, 3),
};

const only = ["cpu", "webgpu"] as const;

onEveryDevice("the very echoes of the reference device", async (device) => {
  const keys = [1, 2, 3].map(key);
  assertEquals(
    await echoMasks(20, 7, keys, { device }),
    await echoMasks(20, 7, keys, { device: reference }),
  );
}, { only });

for (const [settings, options] of Object.entries(channels)) {
  for (const [size, batch] of Object.entries(batches)) {
    onEveryDevice(`code, rate and gradients of ${size}, channel ${settings}`, async (device) => {
      const channel = echoChannel(options);
      const code = ({ mean, logScale }: Encodings) => echoSample(key(1), mean, logScale, channel);
      const everything = (at: Encodings) => ({
        z: code(at),
        rate: echoRate(at.logScale, channel),
        gradient: grad((at: Encodings) => sum(mul(code(at), code(at))))(at),
      });
      const found = jit(everything, { device })(batch);
      const expected = jit(everything, { device: reference })(batch);
      assertLess(await difference(found, expected), 2e-5);
    }, { only });
  }
}

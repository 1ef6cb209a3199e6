import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { echoRate, mean, openDevice, run, tensor, truncationBias } from "../../../mod.ts";
import { gaussianKl } from "../../../lib/densities/mod.ts";
import {
  activeUnits,
  byRate,
  dimensionRates,
} from "../../../experiments/outcome/dimension_rates.ts";
import { channelOf, type EchoOptions, withBias } from "../../../experiments/models/latents/echo.ts";
import type { NamedArray } from "../../../experiments/formats/safetensors.ts";
import { CONFIG, ECHO_MATRIX, IAF_VAMP, like, VAE } from "../../fixtures/bars.ts";
import { assertRefused } from "../../fixtures/helpers.ts";

const SIZE = CONFIG.latent.size;

const ECHO: EchoOptions = {
  mean: "tanh",
  divisor: 16,
  meanBound: 10,
  startScale: 0.5,
  gain: 1,
  dMax: 10,
  sampling: "withoutReplacement",
  multiplicative: false,
  centred: false,
  detached: false,
};
const LINEAR: EchoOptions = { ...ECHO, mean: "linear" };

/** Codes of the given number of images. */
const arrays = fc.integer({ min: 1, max: 20 }).chain((count) => {
  const values = (min: number, max: number) =>
    fc.array(fc.float({ min, max, noNaN: true }), {
      minLength: count * SIZE,
      maxLength: count * SIZE,
    })
      .map((data): NamedArray => ({ shape: [count, SIZE], data: Float32Array.from(data) }));
  return fc.record({ mean: values(-3, 3), logScale: values(-4, 0), logVariance: values(-4, 1) });
});

const asTensor = ({ shape, data }: NamedArray) => tensor(data, { shape });

Deno.test("rates of dimensions add up to the model's rate, for Echo and for N(0, I)", async () => {
  const device = await openDevice("reference");
  await fc.assert(
    fc.asyncProperty(arrays, async (codes) => {
      const named = new Map(Object.entries(codes));
      const sum = (config: typeof CONFIG) =>
        dimensionRates(config, named, "x")!.nats.reduce((sum, rate) => sum + rate, 0);
      const rates = [
        ...[ECHO, LINEAR].map((echo) =>
          echoRate(asTensor(codes.logScale), channelOf(withBias(echo), CONFIG.batch))
        ),
        gaussianKl(asTensor(codes.mean), asTensor(codes.logVariance)),
      ].map((rate) => mean(rate));
      run(rates, device);
      const configs = [ECHO, LINEAR].map((echo) =>
        like({ latent: { type: "echo", size: SIZE, ...echo } })
      );
      for (const [i, config] of [...configs, VAE].entries()) {
        assertAlmostEquals(sum(config), await rates[i].item(), 1e-4);
      }
    }),
    { numRuns: 20 },
  );
  device.close();
});

Deno.test("the channel is that of the config: its clip is given, or solved for the bias and the echoes there are", () => {
  const of = (options: Partial<EchoOptions>, batch = 100) =>
    channelOf(withBias({ ...ECHO, dMax: 99, ...options }), batch);
  const { clip, dMax, meanClip } = of({});
  assertAlmostEquals(truncationBias({ ...of({}), clip, dMax }), 3e-5, 1e-12);
  assertEquals([dMax, meanClip, of({ mean: "linear" }).meanClip], [99, Infinity, 10]);
  assertEquals(of({ clip: 0.5 }).clip, 0.5);
  assertAlmostEquals(of({ bias: 1.9e-6 }).clip, 0.95, 2e-5);
  assertEquals(of({}, 20), { ...of({ dMax: 19 }), dMax: 19 });
  assert(of({}, 20).clip < 0.8);
  assertEquals(of({ sampling: "withReplacement" }, 20).dMax, 99);
});

Deno.test("otherwise the rate is the capacity of a Gaussian channel, which no shift or scale changes", () => {
  // Means ±1 with the variance v of the noise: ½ log (1 + 1/v). Scaled by 3 and shifted, the same.
  const v = [0.5, 1, 2];
  const columns = (of: (j: number, i: number) => number): NamedArray => ({
    shape: [4, 3],
    data: Float32Array.from({ length: 12 }, (_, k) => of(k % 3, Math.floor(k / 3))),
  });
  const codes = new Map([
    ["mean", columns((_, i) => 3 * (-1) ** i + 7)],
    ["logVariance", columns((j) => Math.log(9 * v[j]))],
  ]);
  const config = like({ latent: VAE.latent, prior: { type: "vamp", inputs: 20 } });
  const { measure, nats } = dimensionRates(config, codes, "x")!;
  assertEquals(measure, "bound");
  for (const j of [0, 1, 2]) assertAlmostEquals(nats[j], 0.5 * Math.log1p(1 / v[j]), 1e-5);
  assertEquals(byRate({ measure, nats: [0.1, 3, 2] }), [1, 2, 0]);
});

Deno.test("scales along axes that turn with the image have no rates by dimension", () => {
  const matrix = like({ latent: { type: "echo_matrix", size: SIZE } });
  assertEquals(dimensionRates(matrix, new Map(), "x"), undefined);
});

Deno.test("a dimension is active if its rate is above the floor, or its mean varies", () => {
  const columns = (...of: ((image: number) => number)[]): NamedArray => ({
    shape: [4, 3],
    data: Float32Array.from({ length: 12 }, (_, k) => of[k % 3](Math.floor(k / 3))),
  });
  // The average of log S is 0, and just above and below the threshold.
  const echo = new Map([["logScale", columns(() => 0, () => -0.011, (i) => -0.018 * (i % 2))]]);
  assertEquals(activeUnits(CONFIG, echo, "x"), 1);
  assertAlmostEquals(
    dimensionRates(CONFIG, echo, "x")!.floor!,
    dimensionRates(CONFIG, echo, "x")!.nats[0],
    1e-12,
  );
  // Means ±a have the variance a².
  const means = columns(() => 9, (i) => 0.09 * (-1) ** i, (i) => 3 + 0.11 * (-1) ** i);
  for (const config of [VAE, IAF_VAMP]) {
    assertEquals(activeUnits(config, new Map([["mean", means]]), "x"), 1);
  }
  assertEquals(activeUnits(ECHO_MATRIX, new Map(), "x"), undefined);
});

Deno.test("codes of another model are refused", () => {
  const codes = new Map([["mean", { shape: [1, 2], data: new Float32Array(2) }]]);
  assertRefused(
    () => dimensionRates(CONFIG, codes, "c.safetensors"),
    "c.safetensors",
    "no array logScale",
  );
  const wrong: Map<string, NamedArray> = new Map([["logScale", {
    shape: [1, 2],
    data: new Float32Array(2),
  }]]);
  const refused = (...says: string[]) =>
    assertRefused(() => dimensionRates(CONFIG, wrong, "c.safetensors"), "c.safetensors", ...says);
  refused("logScale has 2 dimensions", "the config has 3");
  wrong.set("logScale", { shape: [6], data: new Float32Array(6) });
  refused("logScale has the shape [6]", "[images, latent]");
});

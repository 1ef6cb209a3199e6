import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { key, run, type Shape, type Tensor, tensor, uniform } from "../../../mod.ts";
import { findConfig, ORIGINAL, shippedNames } from "../../../experiments/config/source.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { modelSize } from "../../../experiments/models/model_size.ts";
import {
  type ImageSize,
  multiplicationsOf,
  networksOf,
  pixelsOf,
} from "../../../experiments/models/networks.ts";
import { makeNetwork, type Network } from "../../../experiments/models/network.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { CONFIG } from "../../fixtures/bars.ts";
import { openCpu } from "../../../kernels/cpu/device.ts";
import { assertRefused, temporaryFolder } from "../../fixtures/helpers.ts";
import { resultOf, trainUntil } from "../../fixtures/training.ts";

const LATENT = { type: "gaussian", size: 3 };
const parse = (keys: object) => parseConfig({ latent: LATENT, ...keys }, "my.json");

/** A network of layers as a config has them. */
const networkOf = (layers: object[], input: Shape): Network =>
  makeNetwork(parse({ encoder: layers }).encoder, input, "encoder");

/** The parameters of a network whose layers take the keys 0, 1, … */
function paramsOf(network: Network) {
  let next = 0;
  return run(network.init(() => key(next++)));
}

const valuesOf = async (x: Tensor) => [...await x.read()];

/** Numbers of a shape, different in each place. */
const some = (shape: Shape, seed = 5) => run(uniform(key(seed), shape));

Deno.test("the original's networks have its parameters and multiplications", async () => {
  const expected: Record<string, [size: ImageSize, parameters: number, millions: number]> = {
    echo_original_conv: [[28, 28], 1_399_137, 60.2],
    vae_original_conv: [[28, 28], 1_399_137, 60.2],
    iaf_prior_original_conv: [[28, 28], 1_399_137 + 1_781_008, 60.2],
    vae_vamp_original_conv: [[28, 28], 1_399_137 + 750 * 784, 60.2],
    echo_dlib: [[64, 64], 690_517, 13.9],
    vae_dlib: [[64, 64], 690_517, 13.9],
    echo_conv: [[28, 28], 846_497, 1.7],
  };
  for (const [name, [size, parameters, millions]] of Object.entries(expected)) {
    const { config } = await findConfig(name);
    assertEquals(modelSize(makeModel(config, size), pixelsOf(size)).parameters, parameters, name);
    const { encoder, decoder } = multiplicationsOf(networksOf(config, size), config.latent.size);
    assertAlmostEquals((encoder + decoder) / 1e6, millions, 0.05, name);
  }
});

Deno.test("the configs of the original's networks differ from those of dense layers in nothing else", async () => {
  const names = await shippedNames(ORIGINAL);
  assertEquals(names.length, 13);
  for (const name of names.filter((name) => name.endsWith("_conv"))) {
    const method = name.replace("_original_conv", "");
    const dense = (await shippedNames()).includes(`${method}_original`)
      ? `${method}_original`
      : method;
    const [conv, like] = await Promise.all([name, dense].map((name) => findConfig(name)));
    assertEquals(conv.config.encoder.length, 5);
    const { encoder, decoder, learningRate, epochs, prior } = conv.config;
    assertEquals([learningRate, epochs], [{ type: "alemiLegacy", rate: 3e-4 }, 200]);
    const changed = {
      encoder,
      decoder,
      learningRate,
      epochs,
      ...method === "iaf_vamp" && { prior },
    };
    assertEquals(conv.config, { ...like.config, ...changed });
  }
});

Deno.test("convolutions and transposed convolutions are sums over their windows", async () => {
  const [height, width, channels, filters] = [5, 6, 2, 3];
  const [kernel, stride] = [4, 2];
  const layer = { filters, kernel, stride, activation: "linear" };
  const x = some([2, height, width, channels]);
  const X = await x.read();
  const at = (n: number, y: number, x: number, c: number) =>
    y < 0 || x < 0 || y >= height || x >= width
      ? 0
      : X[((n * height + y) * width + x) * channels + c];

  const conv = networkOf([{ type: "conv", ...layer }], [height, width, channels]);
  assertEquals(conv.output, [3, 3, filters]);
  const [{ w, b }] = paramsOf(conv);
  assertEquals([w.shape, b.shape], [[4, 4, channels, filters], [filters]]);
  const bias = tensor([0.5, -1, 2]);
  const [W, found] = [await w.read(), await valuesOf(conv.apply([{ w, b: bias }], x))];
  // "same": 3 windows of 4 rows with stride 2 reach over 8 rows, of which the image has 5.
  let i = 0;
  for (let n = 0; n < 2; n++) {
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        for (let o = 0; o < filters; o++) {
          let sum = [0.5, -1, 2][o];
          for (let ky = 0; ky < kernel; ky++) {
            for (let kx = 0; kx < kernel; kx++) {
              for (let c = 0; c < channels; c++) {
                sum += at(n, 2 * row + ky - 1, 2 * column + kx - 1, c) *
                  W[((ky * kernel + kx) * channels + c) * filters + o];
              }
            }
          }
          assertAlmostEquals(found[i++], sum, 1e-5);
        }
      }
    }
  }

  const back = networkOf([{ type: "convTranspose", ...layer }], [height, width, channels]);
  assertEquals(back.output, [10, 12, filters]);
  const [params] = paramsOf(back);
  // As lib has it, [height, width, outputs, inputs].
  assertEquals(params.w.shape, [4, 4, filters, channels]);
  const V = await params.w.read();
  const flat = { type: "convTranspose", filters: 2, kernel: [3, 5] };
  assertEquals(paramsOf(networkOf([flat], [4, 4, 6]))[0].w.shape, [3, 5, 2, 6]);
  const wanted = new Float64Array(2 * 10 * 12 * filters);
  for (let n = 0; n < 2; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const [row, column] = [2 * y + ky - 1, 2 * x + kx - 1];
            if (row < 0 || column < 0 || row >= 10 || column >= 12) continue;
            for (let o = 0; o < filters; o++) {
              for (let c = 0; c < channels; c++) {
                wanted[((n * 10 + row) * 12 + column) * filters + o] += at(n, y, x, c) *
                  V[((ky * kernel + kx) * filters + o) * channels + c];
              }
            }
          }
        }
      }
    }
  }
  const got = await valuesOf(back.apply([params], x));
  got.forEach((value, i) => assertAlmostEquals(value, wanted[i], 1e-5));
});

Deno.test("kernels start within Glorot's limits, which count each place of the kernel", async () => {
  for (const type of ["conv", "convTranspose"]) {
    for (
      const [initialiser, limit] of [
        ["glorotUniform", Math.sqrt(6 / (9 * (4 + 16)))],
        ["heUniform", Math.sqrt(6 / (9 * 4))],
      ] as const
    ) {
      const layer = { type, filters: 16, kernel: 3, initialiser };
      const [{ w }] = paramsOf(networkOf([layer], [8, 8, 4]));
      const largest = Math.max(...(await w.read()).map(Math.abs));
      assert(largest < limit && largest > 0.97 * limit, `${type}: ${largest} of ${limit}`);
    }
  }
});

Deno.test("a layer without a type is dense; images come as rows and become images where need be", async () => {
  const [one, other] = [{}, { type: "dense" }].map((type) =>
    networkOf([{ ...type, units: 7 }, { units: 3, activation: "tanh" }], [4, 4, 1])
  );
  assertEquals(one.output, [3]);
  const x = some([5, 16]);
  assertEquals(
    await valuesOf(one.apply(paramsOf(one), x)),
    await valuesOf(other.apply(paramsOf(other), x)),
  );
  const views = networkOf([
    { type: "reshape", shape: [2, 8, 1] },
    { type: "flatten" },
    { type: "reshape", shape: [4, 2, 2] },
  ], [16]);
  assertEquals(views.output, [4, 2, 2]);
  assertEquals(await valuesOf(views.apply([{}, {}, {}], x)), await valuesOf(x));
});

Deno.test("pools take the largest or the mean element of a window", async () => {
  const x = tensor([1, 5, 2, 0, 3, 4, 8, 6], { shape: [1, 8] });
  for (const [of, values] of [["max", [5, 8]], ["average", [3.25, 4]]] as const) {
    const network = networkOf([{ type: "pool", of }], [2, 4, 1]);
    assertEquals(network.output, [1, 2, 1]);
    assertEquals(await valuesOf(network.apply([{}], x)), [...values]);
  }
});

Deno.test("layerNorm: channels of mean 0 and variance 1, then scaled and shifted", async () => {
  const network = networkOf([{ type: "layerNorm" }], [2, 2, 3]);
  const [{ scale, shift }] = paramsOf(network);
  assertEquals([await valuesOf(scale), await valuesOf(shift)], [[1, 1, 1], [0, 0, 0]]);
  const x = some([4, 12]), X = await valuesOf(x);
  const params = { scale: tensor([1, 2, 3]), shift: tensor([0, 10, 20]) };
  const image = networkOf([{ type: "reshape", shape: [2, 2, 3] }, { type: "layerNorm" }], [12]);
  const got = await valuesOf(image.apply([{}, params], x));
  for (let i = 0; i < X.length; i += 3) {
    const row = X.slice(i, i + 3), mean = (row[0] + row[1] + row[2]) / 3;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3;
    row.forEach((value, c) => {
      const wanted = (c + 1) * (value - mean) / Math.sqrt(variance + 1e-5) + 10 * c;
      assertAlmostEquals(got[i + c], wanted, 1e-4);
    });
  }
});

Deno.test("dropout: in training a share of the elements, in evaluation none", async () => {
  const network = networkOf([{ type: "dropout", rate: 0.25 }, { type: "dropout", rate: 0 }], [
    1000,
  ]);
  const x = run(uniform(key(1), [10, 1000]));
  const X = await valuesOf(x);
  assertEquals(await valuesOf(network.apply([{}, {}], x)), X);
  const got = await valuesOf(network.apply([{}, {}], x, key(3)));
  got.forEach((value, i) => assert(value === 0 || Math.abs(value - X[i] / 0.75) < 1e-6));
  // A share of 10,000 draws: its standard error is .0043.
  assertAlmostEquals(got.filter((value) => value === 0).length / 1e4, 0.25, 0.02);
  assert(`${await valuesOf(network.apply([{}, {}], x, key(4)))}` !== `${got}`);
  // Each layer has a mask of its own: two of one half leave a quarter.
  const twice = networkOf([{ type: "dropout" }, { type: "dropout" }], [1000]);
  const left = await valuesOf(twice.apply([{}, {}], x, key(3)));
  assertAlmostEquals(left.filter((value) => value !== 0).length / 1e4, 0.25, 0.02);

  // Both networks of a model drop, and each with masks of its own.
  const dropping = [{ type: "dropout" }, { units: 16 }];
  for (const keys of [{ encoder: dropping }, { decoder: dropping }]) {
    const model = makeModel(parse(keys), 16);
    const params = run(model.init(key(0), tensor([], { shape: [0, 16] })));
    const images = some([20, 16]);
    const loss = async (dropout?: Tensor) =>
      await model.losses(params, images, key(5), undefined, undefined, dropout).loss.item();
    assertEquals(await loss(), await loss());
    assert(await loss(key(1)) !== await loss());
    assert(await loss(key(1)) !== await loss(key(2)));
  }
});

Deno.test("shapes that do not fit are refused by the name of the layer", () => {
  const refused = (keys: object, ...says: string[]) =>
    assertRefused(() => makeModel(parse(keys), [28, 28]), ...says);
  const conv = (keys: object) => ({
    type: "conv",
    filters: 3,
    kernel: 9,
    padding: "valid",
    ...keys,
  });
  refused(
    { encoder: [conv({}), conv({ kernel: [25, 1] })] },
    "encoder.1: Cannot convolve [1, 20, 20, 3] by [25, 1, 3, 3]",
    "reaches over 25 rows, and the image has 20",
  );
  refused({ encoder: [{ units: 5 }, conv({})] }, "encoder.1: a conv layer takes images", "[5]");
  refused({ encoder: [{ type: "pool", window: 40 }] }, "encoder.0: Cannot pool [1, 28, 28, 1]");
  const image = (side: number) => [
    { units: side * side },
    { type: "reshape", shape: [side, side, 1] },
  ];
  refused(
    { decoder: [{ units: 8 }, { type: "reshape", shape: [3, 3, 1] }] },
    "decoder.1: cannot reshape [8] to [3, 3, 1]: 8 elements against 9",
  );
  const last = { type: "convTranspose", filters: 1, kernel: 4, stride: 2, activation: "linear" };
  refused({ decoder: [...image(7), last] }, "decoder.2: the decoder must end with [28, 28, 1]");
  refused(
    { decoder: [...image(14), { ...last, activation: "relu" }] },
    `decoder.2.activation: expected "linear"`,
    `found "relu"`,
  );
});

Deno.test("wrong layers are refused with what is allowed", () => {
  const refused = (layer: unknown, ...says: string[]) =>
    assertRefused(() => parse({ encoder: [layer] }), ...says);
  refused({ type: "convv" }, "encoder.0.type", `"convTranspose" or "dense"`, `found "convv"`);
  refused(
    { type: "conv", filters: 3, kernel: [3] },
    "encoder.0.kernel: expected a whole number or two",
  );
  refused(
    { type: "conv", filters: 3, kernel: 3, padding: "samee" },
    `encoder.0.padding: expected "same", "valid", a whole number or two, but found "samee"`,
  );
  refused({ unit: 3 }, "encoder.0", "did you mean units?");
  refused({ type: "dropout", rate: 1 }, "encoder.0.rate: expected less than 1");
});

Deno.test("a model with every type of layer trains, and resumes bit for bit", async () => {
  await using folder = await temporaryFolder();
  const config = parseConfig({
    ...CONFIG,
    encoder: [
      { type: "conv", filters: 8, kernel: 3, padding: 1, activation: "relu" },
      { type: "layerNorm" },
      { type: "pool" },
      { type: "flatten" },
      { type: "dropout", rate: 0.1 },
      { units: 16, activation: "relu" },
    ],
    decoder: [
      { units: 2 * 2 * 8, activation: "relu" },
      { type: "reshape", shape: [2, 2, 8] },
      { type: "convTranspose", filters: 1, kernel: 4, stride: 2, activation: "linear" },
    ],
    epochs: 4,
  }, "test");
  const device = openCpu({ threads: 1 });
  const whole = runFolder(folder.path, "whole"), parts = runFolder(folder.path, "parts");
  const { test } = await trainUntil(5, whole, device, { config });
  const [first, ...later] = await readHistory(whole.history);
  assert(test!.losses.loss < 0.95 * first.valid.loss, `${test!.losses.loss}`);
  assertEquals(later.length, 3);
  await trainUntil(2, parts, device, { config });
  await trainUntil(5, parts, device, { config, resume: true });
  assertEquals(await resultOf(parts), await resultOf(whole));
  device.close();
});

/**
 * The assembly of models: sizes, losses and their terms, and where parameters start.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import {
  abs,
  add,
  grad,
  key,
  mean,
  neg,
  run,
  slice,
  split,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  uniform,
} from "../../../mod.ts";
import { importanceBound } from "../../../lib/densities/mod.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { findConfig } from "../../../experiments/config/source.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { type Losses, makeModel, type Params } from "../../../experiments/models/model.ts";
import { latentOf } from "../../../experiments/models/rules.ts";
import { modelSize, sizeText } from "../../../experiments/models/model_size.ts";
import type { Device } from "../../../kernels/device.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { CONFIG, like, NO_EXAMPLES, SIDE, VAE } from "../../fixtures/bars.ts";

const PIXELS = SIDE * SIDE;
const EXAMPLES = uniform(key(7), [10, PIXELS]);

Deno.test("models have the expected number of parameters", async () => {
  const layers = (...sizes: number[]) =>
    sizes.slice(1).reduce((total, size, i) => total + (sizes[i] + 1) * size, 0);
  const plain = layers(784, 200, 200, 2 * 32) + layers(32, 200, 200, 784);
  const [flow, masked] = [4 * layers(32, 640, 640, 640, 32), 1_781_008];
  const turns = 2 * layers(200, 2 * 32);
  const expected: Record<string, [parameters: number, dense: number]> = {
    ...{ echo: [plain, plain], vae: [plain, plain], info_vae: [plain, plain] },
    ...{ echo_original: [plain, plain], echo_pool: [plain, plain] },
    echo_matrix: [plain + turns, plain + turns],
    vae_maf: [plain + masked, plain + flow],
    vae_vamp: [plain + 750 * 784, plain + 750 * 784],
    iaf_prior: [plain + masked, plain + flow],
    iaf_maf: [plain + 2 * masked, plain + 2 * flow],
    iaf_vamp: [plain + masked + 750 * 784, plain + flow + 750 * 784],
  };
  assertEquals([plain, flow], [414_448, 3_448_448]);
  for (const [name, [parameters, dense]] of Object.entries(expected)) {
    const { config } = await findConfig(name);
    assertEquals(modelSize(makeModel(config, 784), 784), { parameters, dense }, name);
  }
  assertEquals(sizeText({ parameters: 1234, dense: 1234 }), "1,234 parameters");
  assertEquals(sizeText({ parameters: 12, dense: 34 }), "12 parameters (34 without masks)");
});

Deno.test("the decoder is given gain · z, or e^z", async () => {
  const given = async (keys: object) => {
    const { decoded } = latentOf(like({ latent: { type: "echo", size: 1, ...keys } }));
    return decoded && [await decoded.apply(tensor(2)).item(), decoded.inverse(2)];
  };
  assertEquals(await given({ gain: 1 }), undefined);
  assertEquals(await given({ gain: 4 }), [8, 0.5]);
  const [exponential, inverse] = (await given({ gain: 4, multiplicative: true }))!;
  assertAlmostEquals(exponential, Math.exp(2), 1e-5);
  assertEquals(inverse, Math.log(2));
});

/** A model with initial parameters, and the losses of a batch under a key. */
function open(config: Config, device: Device = reference) {
  const model = makeModel(config, PIXELS);
  const { examples } = model.prior;
  const params = model.init(
    key(1),
    examples > 0 ? slice(EXAMPLES, [0, 0], [examples, PIXELS]) : NO_EXAMPLES,
  );
  const images = uniform(key(2), [12, PIXELS]);
  run([params, images], device);
  return { model, params, images, losses: (of = key(3)) => model.losses(params, images, of) };
}

async function read(losses: Losses, device: Device): Promise<Record<string, number>> {
  run(losses, device);
  const values = Object.entries(losses).map(async ([name, x]) => [name, await x.item()]);
  return Object.fromEntries(await Promise.all(values));
}

const RECONSTRUCTION = { type: "reconstruction", weight: 1 };
const exact = (device: Device) => device.name === "reference" ? 1e-9 : 1e-4;

onEveryDevice(
  "the loss is the weighted sum of its terms, which are reported by name",
  async (device) => {
    const mmd = (against: string) => ({ type: "mmd", weight: 5, against });
    const rate = { type: "rate", weight: 0.5 };
    const loss = [RECONSTRUCTION, mmd("standard"), rate, mmd("prior")];
    const { model, losses } = open(like({ latent: VAE.latent, loss }), device);
    const found = await read(losses(), device);
    assertEquals(model.names, ["rate", "distortion", "loss", "mmd", "mmd_2"]);
    assertEquals(Object.keys(found), model.names);
    const whole = found.distortion + 0.5 * found.rate + 5 * found.mmd + 5 * found.mmd_2;
    assertAlmostEquals(found.loss, whole, exact(device));
    // The prior is N(0, I), so the two differ only by their random draws.
    assertNotEquals(found.mmd, found.mmd_2);
    assertAlmostEquals(found.mmd, found.mmd_2, 0.2);

    const without = await read(
      open(like({ latent: VAE.latent, loss: [RECONSTRUCTION] }), device).losses(),
      device,
    );
    assertEquals([without.loss, without.rate], [without.distortion, found.rate]);
  },
);

onEveryDevice("MMD against samples of a learned prior trains that prior", async (device) => {
  for (const against of ["standard", "prior"]) {
    const loss = [{ type: "mmd", weight: 1, against }];
    const config = like({
      latent: VAE.latent,
      prior: { type: "maf", steps: 1, hidden: [4] },
      loss,
    });
    const { model, params, images } = open(config, device);
    const gradient = grad((params: Params) => model.losses(params, images, key(3)).loss)(params);
    const sizes = [gradient.prior, gradient.mean].map((tree) =>
      treeLeaves(tree).map((x) => sum(abs(x as Tensor))).reduce((a, b) => add(a, b))
    );
    run(sizes, device);
    const [ofPrior, ofMean] = await Promise.all(sizes.map((x) => x.item()));
    assert(ofMean > 0);
    assertEquals(ofPrior > 0, against === "prior");
  }
});

onEveryDevice("the distortion is that of the decoded code", async (device) => {
  for (const recon of ["bce", "mse"]) {
    for (const { latent } of [CONFIG, VAE, like({ latent: { type: "multiplicative", size: 3 } })]) {
      const { model, params, images, losses } = open(like({ latent, recon }), device);
      const { distortion } = losses();
      const pixels = model.reconstruct(params, images, key(3));
      run([pixels, distortion], device);
      const [p, x] = [await pixels.read(), await images.read()];
      const costs = Array.from(
        x,
        (x, i) =>
          recon === "mse" ? (p[i] - x) ** 2 : -x * Math.log(p[i]) - (1 - x) * Math.log(1 - p[i]),
      );
      const expected = costs.reduce((total, cost) => total + cost, 0) / images.shape[0];
      assertAlmostEquals(await distortion.item(), expected, exact(device));
    }
  }
});

onEveryDevice(
  "the importance term is the bound from all samples, and −ELBO with one sample",
  async (device) => {
    const latent = { type: "iaf", size: 3, hidden: [5], shiftOnly: false, context: true };
    const importance = [{ type: "importance", weight: 1 }];
    const elbo = [RECONSTRUCTION, { type: "rate", weight: 1, estimator: "sampled" }];
    const lossOf = async (loss: unknown, samples: number) =>
      await read(open(like({ latent, loss, samples }), device).losses(), device);
    const [one, both] = [await lossOf(importance, 1), await lossOf(elbo, 1)];
    assertAlmostEquals(one.loss, both.loss, exact(device));
    assertEquals(one.importance, one.loss);

    const { model, params, images } = open(like({ latent, loss: importance, samples: 6 }), device);
    const weights = model.logWeights(params, images, key(3), 6);
    const bound = neg(mean(importanceBound(weights)));
    run([bound], device);
    const [many, average] = [await lossOf(importance, 6), await lossOf(elbo, 6)];
    assertEquals(weights.shape, [6, 12]);
    assertAlmostEquals(many.loss, await bound.item(), exact(device));
    assertAlmostEquals(average.loss, many.rate + many.distortion, exact(device));
    assertLess(many.loss, average.loss);
  },
);

onEveryDevice(
  "several samples of an image are averaged, and each has its own key",
  async (device) => {
    const once = open(CONFIG, device), thrice = open(like({ samples: 3 }), device);
    const passes = split(key(3), 3).map((of) => once.losses(of).distortion);
    const { distortion } = thrice.losses();
    run([passes, distortion], device);
    const values = await Promise.all(passes.map((x: Tensor) => x.item()));
    assertAlmostEquals(
      await distortion.item(),
      (values[0] + values[1] + values[2]) / 3,
      exact(device),
    );
    assertEquals(new Set(values).size, 3);
  },
);

Deno.test("pseudo-inputs start as the given images and stay within (0, 1)", async () => {
  const { params } = open(like({ latent: VAE.latent, prior: { type: "vamp", inputs: 4 } }));
  const { inputs } = params.prior as { inputs: Tensor };
  assertEquals(inputs.shape, [4, PIXELS]);
  const [logits, examples] = [await inputs.read(), await EXAMPLES.read()];
  logits.forEach((logit, i) =>
    assertAlmostEquals(1 / (1 + Math.exp(-logit)), 0.01 + 0.98 * examples[i], 1e-6)
  );
  const { prior } = makeModel(like({ latent: VAE.latent, prior: { type: "vamp", inputs: 4 } }), 2);
  const own = prior.init(key(1), tensor([[0, 1]])) as { inputs: Tensor };
  assert((await own.inputs.read()).every(Number.isFinite));
});

Deno.test("a multiplicative code is positive, since the decoder is given e^z", async () => {
  const latent = { type: "multiplicative", size: 3 };
  const { model, params, images } = open(like({ latent }));
  const codes = model.encode(params, images, key(4));
  const plain = open(VAE).model.encode(params, images, key(4));
  assertEquals(Object.keys(codes), ["mean", "logVariance", "z"]);
  const [z, u] = [await codes.z.read(), await plain.z.read()];
  z.forEach((x, i) => assertAlmostEquals(x, Math.exp(u[i]), 1e-6 * x));
});

Deno.test("reconstructions are decoded from the codes of encode", async () => {
  const echo = { ...CONFIG.latent, multiplicative: true };
  const others = ["multiplicative", "echo_matrix"].map((type) => ({ type, size: 3 }));
  for (const latent of [CONFIG.latent, VAE.latent, echo, ...others]) {
    const { model, params, images } = open(like({ latent }));
    const { z } = model.encode(params, images, key(4));
    const decoded = await model.decode(params, z).read();
    const expected = await model.reconstruct(params, images, key(4)).read();
    decoded.forEach((level, i) => assertAlmostEquals(level, expected[i], 1e-6));
  }
});

Deno.test("initial weights have the distribution of the initialiser", async () => {
  const layer = (initialiser: string) => [{ units: 48, initialiser }];
  const weights = async ({ params }: { params: Params }) => await params.encoder[0].w.read();
  for (const [initialiser, limit] of [["glorotUniform", 6 / 64], ["heUniform", 6 / 16]] as const) {
    const w = await weights(open(like({ encoder: layer(initialiser) })));
    const largest = Math.max(...w.map(Math.abs));
    assert(largest <= Math.sqrt(limit) && largest > 0.97 * Math.sqrt(limit), initialiser);
  }
});

Deno.test("a config's learning rate follows its schedule", async () => {
  const stepsPerEpoch = 5;
  const ratesOf = async (learningRate: object, steps: number[]) => {
    const config = like({ learningRate, epochs: 4 });
    const learner = makeLearner(config, makeModel(config, PIXELS), stepsPerEpoch, reference);
    return await Promise.all(steps.map((step) => learner.learningRate(step)));
  };
  const near = (found: number[], expected: number[]) =>
    found.forEach((rate, i) => assertAlmostEquals(rate, expected[i], 1e-6 * expected[i]));
  near(await ratesOf({ type: "constant", rate: 0.5 }, [0, 19]), [0.5, 0.5]);
  near(
    await ratesOf({ type: "constantThenLinear", rate: 1 }, [9, 10, 15, 19]),
    [1, 1, 0.5, 0.1],
  );
  near(await ratesOf({ type: "iwae" }, [4, 5, 19]), [
    1e-3,
    1e-3 * 10 ** (-1 / 7),
    1e-3 * 10 ** (-1 / 7),
  ]);
  near(await ratesOf({ type: "alemiLegacy" }, [14, 15, 19]), [3e-4, 1.5e-4, 1.5e-4]);
});

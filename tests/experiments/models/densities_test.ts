/**
 * Every latent layer with every prior: p(z) is a density, the prior's samples follow it, and all
 * estimators of the rate agree. Also mixtures of encoders.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  dense,
  exp,
  type Key,
  key,
  mul,
  run,
  split,
  sub,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import type { FlowParams } from "../../../lib/densities/mod.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { makeModel, type Params } from "../../../experiments/models/model.ts";
import type { Drawn } from "../../../experiments/models/latent.ts";
import type { Encoder } from "../../../experiments/models/prior.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

/** Codes have two dimensions, images one pixel. */
const FLOW = { steps: 2, hidden: [6], shiftOnly: false };
const LATENTS = {
  gaussian: { type: "gaussian", size: 2 },
  multiplicative: { type: "multiplicative", size: 2 },
  iaf: { type: "iaf", size: 2, ...FLOW },
  "iaf with context": { type: "iaf", size: 2, ...FLOW, context: true },
};
const PRIORS = {
  standard: { type: "standard" },
  maf: { type: "maf", ...FLOW },
  vamp: { type: "vamp", inputs: 3 },
};
const configOf = (latent: object, prior: object, more: object = {}): Config =>
  parseConfig({ latent, prior, encoder: [], decoder: [], ...more }, "test");

/**
 * A new flow is close to the identity, since its output layers are small. This function makes it
 * clearly nonlinear.
 */
function bend(own: unknown): unknown {
  if (!Array.isArray(own)) return own;
  return (own as FlowParams).map((made) => [
    ...made.slice(0, -1),
    ...made.slice(-1).map(({ w, b }) => ({ w: w.map((part) => mul(part, 15)), b })),
  ]);
}

/** A model with parameters that encode an image x as N(x·(2, −2) + (−1, 1), about 1.7²). */
function open(config: Config): { model: ReturnType<typeof makeModel>; params: Params } {
  const model = makeModel(config, 1);
  const params = model.init(key(2), tensor([[0.1], [0.5], [0.95]]));
  return {
    model,
    params: {
      ...params,
      mean: { w: tensor([[2, -2]]), b: tensor([-1, 1]) },
      scale: { w: tensor([[0.2, 0.1]]), b: tensor([1, 1.1]) },
      latent: bend(params.latent),
      prior: bend(params.prior),
    },
  };
}

/** The encoder of a model without hidden layers. */
function encoderOf({ model: { latent }, params }: ReturnType<typeof open>): Encoder {
  return {
    encode: (images) => ({
      mean: dense(params.mean, images),
      scale: dense(params.scale, images),
      hidden: images,
    }),
    draw: (encoded, key) => latent.draw(params.latent, encoded, key, 1).z,
  };
}

const ROWS = 20_000;

/** Codes of one image, and samples of the prior. */
function drawMany(
  opened: ReturnType<typeof open>,
  of: Key,
): Drawn & { weights: Tensor; samples: Tensor } {
  const { model: { latent, prior }, params } = opened;
  const encoder = encoderOf(opened);
  const [drawing, sampling] = split(of);
  const drawn = latent.draw(params.latent, encoder.encode(tensor([[0.4]])), drawing, ROWS);
  const logPrior = prior.logDensity(params.prior, drawn, encoder);
  return {
    ...drawn,
    weights: exp(sub(logPrior, drawn.logDensity!)),
    samples: prior.sample(params.prior, sampling, ROWS, encoder),
  };
}

const MOMENTS: Record<string, (a: number, b: number) => number> = {
  "E a": (a) => a,
  "E b": (_, b) => b,
  "E a²": (a) => a * a,
  "E ab": (a, b) => a * b,
  "E b²": (_, b) => b * b,
};

for (const [name, latent] of Object.entries(LATENTS)) {
  for (const [priorName, prior] of Object.entries(PRIORS)) {
    if (name === "iaf with context" && priorName === "vamp") continue;
    onEveryDevice(
      `${name}, ${priorName}: p(z) is a density, of the prior's samples`,
      async (device) => {
        const { z, weights, samples } = drawMany(open(configOf(latent, prior)), key(3));
        run([z, weights, samples], device);
        const [codes, w, own] = await Promise.all([z, weights, samples].map((x) => x.read()));
        // E_q p(z)/q(z) = ∫ p(z) dz, as q(z|x) is broad enough.
        assertLess(Math.abs(meanOf(w) - 1), SIGMAS * standardError(w));
        assertLess(standardError(w), 0.02);
        for (const [what, f] of Object.entries(MOMENTS)) {
          const weighted = Float64Array.from(w, (w, i) => w * f(codes[2 * i], codes[2 * i + 1]));
          const sampled = Float64Array.from(w, (_, i) => f(own[2 * i], own[2 * i + 1]));
          const error = Math.hypot(standardError(weighted), standardError(sampled));
          assertLess(Math.abs(meanOf(weighted) - meanOf(sampled)), SIGMAS * error, what);
        }
      },
    );
  }
}

for (const name of ["gaussian", "multiplicative"] as const) {
  for (const [priorName, prior] of Object.entries(PRIORS)) {
    onEveryDevice(`${name}, ${priorName}: the estimators of the rate agree`, async (device) => {
      const allowed = ["sampled", "entropy", ...priorName === "standard" ? ["closed"] : []];
      const rateBy = (estimator?: string) => {
        const loss = [{ type: "rate", weight: 3, estimator }];
        const { model, params } = open(configOf(LATENTS[name], prior, { loss, samples: ROWS }));
        return model.losses(params, tensor([[0.4]]), key(5));
      };
      const { weights } = drawMany(open(configOf(LATENTS[name], prior)), key(4));
      const all = [...allowed, undefined].map(rateBy);
      run([weights, all], device);
      const logs = Float64Array.from(await weights.read(), Math.log);
      const rates = await Promise.all(all.map(({ rate }) => rate.item()));
      for (const rate of rates) {
        assertLess(Math.abs(rate + meanOf(logs)), 2 * SIGMAS * standardError(logs));
      }
      // Unless one is chosen it is the one with the least noise.
      assertEquals(rates.at(-1), rates[allowed.length - 1]);
      assert(new Set(rates).size === allowed.length, `${rates}`);
      const loss = await all[0].loss.item();
      assertLess(Math.abs(loss - 3 * rates[0]), 1e-5 * loss);
    });
  }
}

onEveryDevice(
  "the legacy vamp prior is smaller than the mixture, so it is not a density",
  async (device) => {
    const prior = { ...PRIORS.vamp, legacy: true };
    const { weights } = drawMany(open(configOf(LATENTS.gaussian, prior)), key(3));
    run([weights], device);
    const w = await weights.read();
    assertLess(meanOf(w), 1 - SIGMAS * standardError(w));
  },
);

Deno.test("the rate of Echo depends on neither the codes drawn nor the prior", async () => {
  const { model, params } = open(configOf({ type: "echo", size: 2 }, PRIORS.standard));
  const images = tensor([[0.1], [0.7], [0.4], [0.9], [0.2]]);
  const [a, b] = [key(1), key(2)].map((of) => model.losses(params, images, of));
  assertEquals(await a.rate.item(), await b.rate.item());
  assertGreater(await a.rate.item(), model.latent.leastRate!);
  assert(await a.distortion.item() !== await b.distortion.item());
});

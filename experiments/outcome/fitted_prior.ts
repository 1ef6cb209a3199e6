/**
 * A prior for a trained Echo model: a density m fitted to its codes. With it the model has a
 * likelihood, p(x) = ∫ p(x|z)·m(z) dz, which lib/echo/likelihood.ts bounds.
 *
 * A draw of m takes many network passes, so a store of noises is drawn once and shared by all
 * images. Each weight is still that of a noise from m. So the expectation of the bound stays below
 * log p(x).
 *
 * @module
 */

import {
  bernoulli,
  cast,
  concat,
  type Device,
  echoLogWeights,
  foldIn,
  jit,
  type Key,
  neg,
  normal,
  permutation,
  randomInts,
  reshape,
  run,
  slice,
  split,
  take,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { standardNormalLogDensity } from "../../lib/densities/mod.ts";
import { neighbourEntropy } from "../../lib/information/mod.ts";
import { estimateOf } from "../../lib/information/neighbours.ts";
import type { DataSet, Images } from "../data/images.ts";
import type { Surroundings } from "../models/kinds.ts";
import { tile } from "../models/latent.ts";
import type { Model, Params } from "../models/model.ts";
import { latentOf } from "../models/rules.ts";
import { evenBatches, gatherTensor } from "./evaluate.ts";
import { type Density, fitDensity, TRANSFORMS } from "./fit_density.ts";

/** A prior that was fitted to codes. */
export interface FittedPrior {
  /** log w of `samples` codes of each image, [samples, batch], as {@linkcode Model.logWeights}. */
  readonly logWeights: Model["logWeights"];
  /** How far m is from the codes of the test images; too few images have no estimate. */
  readonly distance?: PriorDistance;
  /** m. */
  readonly density: Density;
}

/**
 * KL(codes ‖ m) = E[−log m(z)] − h(z) over codes of the test images, in nats.
 *
 * A bijection does not change a divergence, so it is measured after the flow, where m is N(0, I).
 * There the entropy h is estimated by nearest neighbours. In many dimensions such an estimate is
 * off by nats, but nearly as much for similar distributions: the error for as many draws of N(0, I)
 * is taken off. Differences finer than the distance between neighbours are not seen, so the number
 * is too small rather than too large.
 */
export interface PriorDistance {
  readonly nats: number;
  readonly standardError: number;
}

/** The number of noises in the store, if no image has more codes. */
const NOISES = 10_000;

/** The most codes that m is fitted to, and that it is compared with. */
const MOST_CODES = 100_000, MOST_COMPARED = 5000;

/** The neighbours of a draw in the estimate of an entropy. */
const NEIGHBOURS = 3;

/** Noise that keeps equal codes apart; without it they have no entropy. */
const JITTER = 2 ** -20;

/** The number of noises that are drawn together. */
const TOGETHER = 1000;

/** The most network passes for a draw: 2000 passes in sequence take a minute to compile. */
const MOST_PASSES = 2000;

/** The message for a config whose likelihood cannot be bounded. */
export function boundProblem(config: Surroundings, path: string): string | undefined {
  const { size } = config.latent;
  if (latentOf(config).codeOf === undefined || TRANSFORMS * size <= MOST_PASSES) return undefined;
  return `${path}: a bound for Echo draws from a flow, which takes at most ${
    MOST_PASSES / TRANSFORMS
  } dimensions, but latent.size is ${size}`;
}

/**
 * Fits a prior to codes of the training images, and keeps its parameters of the highest density of
 * codes of the validation images.
 *
 * @param batch about the number of images that are encoded together
 * @param samples the number of codes of each image in the bound
 */
export async function fitPrior(
  { model, params, data, batch, samples, device, key }: {
    model: Model;
    params: Params;
    data: DataSet;
    batch: number;
    samples: number;
    device: Device;
    key: Key;
  },
): Promise<FittedPrior> {
  const [training, holding, testing, fitting, drawing, comparing] = run(split(key, 6), device);
  const encode = (images: Images, key: Key, redraw?: boolean) =>
    drawCodes({ model, params, images, batch, device, key, redraw });
  const train = await encode(data.train, training, data.redraw);
  const heldOut = await encode(data.valid, holding);
  const density = await fitDensity({ train, heldOut, key: fitting, device });

  const count = Math.max(NOISES, samples);
  const draw = jit((key: Key) => density.draw(key, TOGETHER), { device });
  const chunks = Array.from({ length: Math.ceil(count / TOGETHER) }, (_, i) => foldIn(drawing, i));
  const noises = run(concat(chunks.map((key) => draw(key))), device);
  const logNoises = jit(density.logDensity, { device })(noises);

  const codes = await encode(data.test, testing);
  return {
    density,
    distance: await distanceOf(density, codes, comparing, device),
    logWeights(params, images, key, samples) {
      const encoded = model.encoder(params).encode(images);
      const [batch] = images.shape, [, latent] = noises.shape, rows = samples * batch;
      const chosen = randomInts(key, [rows], noises.shape[0]);
      const noise = reshape(take(noises, chosen), [samples, batch, latent]);
      const z = reshape(model.latent.codeOf!(params.latent, encoded, noise), [rows, latent]);
      const table = (values: Tensor) => reshape(values, [samples, batch]);
      return echoLogWeights({
        logLikelihood: table(neg(model.distortion(params, tile(images, samples), z))),
        logPrior: table(density.logDensity(z)),
        logNoise: table(take(logNoises, chosen)),
        rate: model.latent.rate!(encoded),
      });
    },
  };
}

/** A code of each image, in a random order, [images, latent]; at most {@linkcode MOST_CODES}. */
async function drawCodes(
  { model, params, images, batch, device, key, redraw = false }: {
    model: Model;
    params: Params;
    images: Images;
    batch: number;
    device: Device;
    key: Key;
    redraw?: boolean;
  },
): Promise<Tensor> {
  const draw = jit((params: Params, rows: Tensor, key: Key) => {
    const [drawing, noise] = split(key);
    const seen = redraw ? cast(bernoulli(drawing, rows), "float32") : rows;
    const encoder = model.encoder(params);
    return encoder.draw(encoder.encode(seen), noise);
  }, { device });
  const order = await permutation(key, images.count).read();
  const count = Math.min(images.count, MOST_CODES);
  const latent = params.mean.b.shape[0];
  const all = new Float32Array(count * latent);
  for (const { start, end } of evenBatches(count, batch)) {
    using rows = gatherTensor(images, order.subarray(start, end));
    using codes = draw(params, rows, foldIn(key, start));
    all.set(await codes.read(), start * latent);
  }
  return tensor(all, { shape: [count, latent] });
}

/** The distance of a density from codes, [n, latent]. */
async function distanceOf(
  { forward }: Density,
  codes: Tensor,
  key: Key,
  device: Device,
): Promise<PriorDistance | undefined> {
  const [rows, dimensions] = codes.shape;
  const count = Math.min(rows, MOST_COMPARED);
  if (count <= NEIGHBOURS) return undefined;
  const first = slice(codes, [0, 0], [count, dimensions]);
  const both = jit((first: Tensor) => {
    const draws = [forward(first).y, normal(key, first.shape)];
    return draws.map((y) => ({ y, surprise: neg(standardNormalLogDensity(y)) }));
  }, { device })(first);
  const [ofCodes, ofDraws] = await Promise.all(both.map(async ({ y, surprise }) => {
    const values = Float64Array.from(await y.read());
    const { terms } = neighbourEntropy({ values, dimensions }, {
      k: NEIGHBOURS,
      jitter: JITTER,
    });
    const own = await surprise.read();
    return estimateOf(terms.map((term, i) => own[i] - term));
  }));
  return {
    nats: ofCodes.nats - ofDraws.nats,
    standardError: Math.hypot(ofCodes.standardError, ofDraws.standardError),
  };
}

/**
 * A trained model as functions of any number of images and codes.
 *
 * @module
 */

import {
  type Device,
  jit,
  type Key,
  key as makeKey,
  randomInts,
  reshape,
  run as compute,
  take,
  Tensor,
  zeros,
} from "../../mod.ts";
import { importanceBound } from "../../lib/densities/mod.ts";
import type { Params } from "../models/model.ts";
import { hasDensity } from "../models/rules.ts";
import { UserError } from "../shell/errors.ts";
import { inBatches, MOST, type Rows } from "./batches.ts";
import { between, coderOf, type RunCodes } from "./codes.ts";
import { CODES } from "./files.ts";
import { type ImageRows, rowsOf } from "./images.ts";
import type { Weights } from "./weights.ts";

/** The experiment, as `config.json` has it. */
export interface RunConfig {
  /** The name of the data set, or the path of its file. */
  readonly dataset: string;
  /** The latent layer: its type, and the dimensions of a code. */
  readonly latent: { readonly type: string; readonly size: number };
  /** The prior. */
  readonly prior: { readonly type: string };
}

/**
 * A trained run. All functions take any number of rows, and what they return for a row depends on
 * no other row. Images are [n, height, width] with values in [0, 1], or as {@linkcode ImageRows}
 * says; codes are [n, latent].
 *
 * Echo's noise has the distribution of the codes, so it is drawn from the noisy codes of the test
 * images that a finished run keeps: this is its `sample`, too. The others sample from their prior.
 */
export interface TrainedRun {
  /** The experiment, as `config.json` has it. */
  readonly config: RunConfig;
  /** The parameters, a tree of tensors. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The height and width of an image. */
  readonly imageSize: readonly [height: number, width: number];
  /** The number of epochs that it was trained. */
  readonly epoch: number;
  /**
   * The codes of images: `z`, and what the encoder says of them, `mean` and `logScale` (log S /
   * clip) or `logVariance`.
   *
   * @param key the noise; none unless given
   */
  encode(images: ImageRows, key?: Key): RunCodes;
  /** The images of codes `z`: the probability or grey level of each pixel, [n, height, width]. */
  decode(codes: Tensor): Tensor;
  /** Images after a pass through their noisy codes, [n, height, width]. */
  reconstruct(images: ImageRows, key: Key): Tensor;
  /** New images, [count, height, width]. */
  sample(key: Key, count: number): Tensor;
  /**
   * The images on the straight line between codes, both ends among them,
   * [n, steps, height, width].
   */
  interpolate(from: Tensor, to: Tensor, steps: number): Tensor;
  /**
   * The rate of each image in nats, [n]: exact for Echo; for a Gaussian with a standard prior the
   * divergence; otherwise an estimate from one code.
   *
   * @param key of that code; key(0) unless given
   */
  rate(images: ImageRows, key?: Key): Tensor;
  /**
   * A lower bound on log p(x) of each image in nats, [n], from `samples` codes each (100 unless
   * given). Echo has none without a prior.
   */
  logLikelihood?(images: ImageRows, key: Key, samples?: number): Tensor;
}

/** The most numbers of pixels that a batch of the bound on the likelihood takes. */
const TOGETHER = 2 ** 24;

/**
 * The functions of a trained model.
 *
 * @param name of the run, for messages
 */
export function makeRun(weights: Weights, name: string, device?: Device): TrainedRun {
  const { config, imageSize, epoch, model, params, noises } = weights;
  const [height, width] = imageSize, { size } = config.latent;
  const coder = coderOf(model);
  /** Compiles a function of rows. Their number changes often, which is nothing to warn of. */
  const compiled = <R extends Rows>(f: (params: Params, rows: Tensor[], key: Key) => R) => {
    const jitted = jit(f, { device, mostForms: Infinity }) as typeof f;
    return (rows: readonly Tensor[], key: Key, most?: number): R =>
      compute(inBatches((rows, key) => jitted(params, rows, key), rows, key, most), device);
  };
  const still = compiled((params, [x]) => coder.still(params, x));
  const noisy = compiled((params, [x, noise], key) => coder.noisy(params, x, key, noise));
  const decode = compiled((params, [z]) => ({ x: model.decode(params, z) }));
  const rates = compiled((params, [x], key) => ({ rate: model.rates(params, x, key) }));
  const draw = compiled((params, [x], key) => ({ z: coder.draw(params, x.shape[0], key) }));

  /** Noises of a latent layer whose noise is made of codes. */
  function drawNoises(key: Key, count: number): Tensor {
    if (noises !== undefined) return take(noises, randomInts(key, [count], noises.shape[0]));
    throw new UserError(
      `${name} has no codes, from which the noise of latent.type "${config.latent.type}" is drawn: ` +
        `a finished run has them in ${CODES}, and a packed one with its weights`,
    );
  }
  function requireCodes(codes: Tensor): void {
    if (!(codes instanceof Tensor)) {
      throw new UserError("codes are a tensor, such as the z of what encode returns");
    }
    const { shape } = codes;
    if (shape.length === 2 && shape[1] === size && shape[0] > 0) return;
    throw new UserError(
      `the codes have the shape [${shape.join(", ")}], but the run takes [n, ${size}]`,
    );
  }
  function decodeAll(z: Tensor): Tensor {
    requireCodes(z);
    return reshape(decode([z], makeKey(0)).x, [z.shape[0], height, width]);
  }
  function encode(images: ImageRows, key?: Key): RunCodes {
    const rows = rowsOf(images, imageSize);
    if (key === undefined) return still([rows], makeKey(0));
    if (!coder.takesNoise) return noisy([rows], key);
    return noisy([rows, drawNoises(key, rows.shape[0])], key);
  }
  const run: TrainedRun = {
    config,
    params: { ...params },
    imageSize,
    epoch,
    encode,
    decode: decodeAll,
    reconstruct: (images, key) => decodeAll(encode(images, key).z),
    sample(key, count) {
      requireCount("samples", count);
      if (coder.takesNoise) return decodeAll(coder.given(drawNoises(key, count)));
      return decodeAll(draw([zeros([count, 1])], key).z);
    },
    interpolate(from, to, steps) {
      requireCodes(from);
      requireCodes(to);
      const z = between(from, to, steps), [n] = from.shape;
      return reshape(decodeAll(reshape(z, [n * steps, size])), [n, steps, height, width]);
    },
    rate: (images, key = makeKey(0)) => rates([rowsOf(images, imageSize)], key).rate,
  };
  if (!hasDensity(config)) return run;

  const boundOf = (samples: number) =>
    compiled((params, [x], key) => ({
      nats: importanceBound(model.logWeights(params, x, key, samples)),
    }));
  const bounds = new Map<number, ReturnType<typeof boundOf>>();
  return {
    ...run,
    logLikelihood(images, key, samples = 100) {
      requireCount("samples", samples);
      const bound = bounds.get(samples) ?? boundOf(samples);
      bounds.set(samples, bound);
      const fitting = Math.max(1, TOGETHER / (samples * height * width));
      const most = Math.min(MOST, 2 ** Math.floor(Math.log2(fitting)));
      return bound([rowsOf(images, imageSize)], key, most).nats;
    },
  };
}

function requireCount(what: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new UserError(`the number of ${what} is ${count}, but must be a whole number above 0`);
}

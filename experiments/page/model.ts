/**
 * The autoencoder of the page: the model of configs/echo.json or configs/vae.json, made of the
 * library alone. It has the parameters, the keys and the losses of the runner's model
 * (experiments/models/model.ts), but none of its options, and β is a number that each step is given.
 *
 * @module
 */

import {
  add,
  bernoulliCrossEntropy,
  type Dense,
  dense,
  echoChannel,
  echoNoise,
  echoRate,
  echoSample,
  exp,
  initDense,
  type Key,
  logSigmoid,
  mean,
  mul,
  normal,
  sigmoid,
  softplus,
  split,
  sub,
  sum,
  type Tensor,
} from "./library.ts";
import { gaussianSample } from "../../lib/densities/gaussian.ts";
import echo from "../configs/echo.json" with { type: "json" };
import vae from "../configs/vae.json" with { type: "json" };
import { PIXELS } from "./bits.ts";

/** How codes get their noise. */
export type Method = "echo" | "vae";

/** The config of each method. */
export const CONFIGS: { echo: typeof echo; vae: typeof vae } = { echo, vae };

/** The number of images in a batch. */
export const BATCH: number = echo.batch;

/** All parameters, by the names that the runner gives them. */
export interface Params {
  encoder: Dense[];
  mean: Dense;
  scale: Dense;
  decoder: Dense[];
  pixels: Dense;
  latent: [];
  prior: [];
  terms: [][];
}

/** The losses of a batch, scalars in nats per image. */
export interface Losses {
  rate: Tensor;
  distortion: Tensor;
  /** distortion + β · rate. */
  loss: Tensor;
}

/** Encodings of a batch, each [batch, latent]. */
export interface Code {
  /** One code of each image. */
  z: Tensor;
  /** Codes that do not depend on the images: Echo's noise, or the prior of a VAE. */
  fresh: Tensor;
  /** The rate of each dimension, in nats. */
  rates: Tensor;
}

/** An autoencoder, as pure functions of its parameters. Images are [batch, 784]. */
export interface Model {
  /** The least rate of a dimension, in nats: Echo's −log clip; 0 for a VAE. */
  readonly floor: number;
  init(key: Key): Params;
  losses(params: Params, images: Tensor, key: Key, beta: Tensor): Losses;
  /** The codes of images. */
  encode(params: Params, images: Tensor, key: Key): Code;
  /** Pixel probabilities of codes, [rows, latent] to [rows, 784]. */
  decode(params: Params, codes: Tensor): Tensor;
}

/** What differs between the methods. */
interface Noise {
  floor: number;
  /** What the decoder is given for a code z is gain · z. */
  gain: number;
  draw(key: Key, mean: Tensor, scale: Tensor): Tensor;
  fresh(key: Key, mean: Tensor, scale: Tensor): Tensor;
  /** In nats, [batch, latent]. */
  rates(mean: Tensor, scale: Tensor): Tensor;
}

/** Echo as configs/echo.json has it; its means are kept within ±10, the runner's default. */
function echoNoiseOf(): Noise {
  const { dMax, bias, startScale, gain } = echo.latent;
  const channel = echoChannel({ dMax, bias, sampling: "cycle", meanClip: 10 });
  const shift = Math.log(startScale / (1 - startScale));
  const logScale = (scale: Tensor) => logSigmoid(add(scale, shift));
  return {
    floor: -Math.log(channel.clip),
    gain,
    draw: (key, mean, scale) => echoSample(key, mean, logScale(scale), channel),
    fresh: (key, mean, scale) => echoNoise(key, mean, logScale(scale), channel),
    rates: (_, scale) => echoRate(logScale(scale), channel, { perDimension: true }),
  };
}

const GAUSSIAN: Noise = {
  floor: 0,
  gain: 1,
  draw: gaussianSample,
  fresh: (key, mean) => normal(key, mean.shape),
  rates: (mean, scale) => mul(sub(sub(add(mul(mean, mean), exp(scale)), scale), 1), 0.5),
};

/** The model of a method with codes of `latent` dimensions. */
export function makeModel(method: Method, latent: number): Model {
  const { encoder, decoder } = CONFIGS[method];
  const noise = method === "echo" ? echoNoiseOf() : GAUSSIAN;
  const layers = (own: Dense[], x: Tensor) =>
    own.reduce((x, layer) => softplus(dense(layer, x)), x);
  function heads(params: Params, images: Tensor) {
    const hidden = layers(params.encoder, images);
    return [dense(params.mean, hidden), dense(params.scale, hidden)] as const;
  }
  const logits = (params: Params, z: Tensor) =>
    dense(params.pixels, layers(params.decoder, noise.gain === 1 ? z : mul(z, noise.gain)));

  return {
    floor: noise.floor,
    init(key) {
      const keys = split(key, encoder.length + decoder.length + 5);
      let width = PIXELS;
      const layer = (units: number): Dense => {
        const made = initDense(keys.shift()!, width, units);
        width = units;
        return made;
      };
      const head = () => initDense(keys.shift()!, width, latent);
      const first = {
        encoder: encoder.map(({ units }) => layer(units)),
        mean: head(),
        scale: head(),
      };
      width = latent;
      return {
        ...first,
        decoder: decoder.map(({ units }) => layer(units)),
        pixels: layer(PIXELS),
        ...{ latent: [], prior: [], terms: [[], []] },
      };
    },
    losses(params, images, key, beta) {
      const [f, scale] = heads(params, images);
      const z = noise.draw(key, f, scale);
      const distortion = mean(bernoulliCrossEntropy(logits(params, z), images));
      const rate = mean(sum(noise.rates(f, scale), { axis: 1 }));
      return { rate, distortion, loss: add(distortion, mul(rate, beta)) };
    },
    encode(params, images, key) {
      const [f, scale] = heads(params, images);
      return {
        z: noise.draw(key, f, scale),
        fresh: noise.fresh(key, f, scale),
        rates: noise.rates(f, scale),
      };
    },
    decode: (params, codes) => sigmoid(logits(params, codes)),
  };
}

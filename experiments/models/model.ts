/**
 * The autoencoder of a config: its parameters, its loss, its codes and its images.
 *
 * @module
 */

import {
  add,
  type Dense,
  dense,
  foldIn,
  initDense,
  type Key,
  mean,
  mul,
  sigmoid,
  split,
  stopGradient,
  sub,
  type Tensor,
} from "../../mod.ts";
import type { Architecture } from "./architecture.ts";
import { isRate } from "./beta.ts";
import { denseParameters } from "./memory.ts";
import { type LayerParams, shaped } from "./layer.ts";
import { MOST_LAYERS } from "./keys.ts";
import { kindOf, make } from "./kinds.ts";
import { type Encoded, type Latent, tile } from "./latent.ts";
import { type ImageSize, networksOf } from "./networks.ts";
import type { Encoder, Prior } from "./prior.ts";
import * as PRIORS from "./priors/mod.ts";
import { RECONS } from "./recon.ts";
import { latentOf } from "./rules.ts";
import { logWeights, type Pass, termParts } from "./term.ts";
import * as TERMS from "./terms/mod.ts";

/** All parameters. */
export interface Params {
  encoder: LayerParams[];
  /** From the encoder's last layer to the two heads of the code. */
  mean: Dense;
  scale: Dense;
  decoder: LayerParams[];
  /** From the decoder's last layer to the pixels' logits, unless that makes them itself. */
  pixels?: LayerParams;
  /**
   * The parameters of the latent layer apart from the heads, and of the prior: trees that only
   * those two read.
   */
  latent: unknown;
  prior: unknown;
  /** The parameters of each term of the loss; an empty tree for one that has none. */
  terms: unknown[];
}

/** The loss of a batch and its parts, scalars in nats per image. */
export interface Losses {
  rate: Tensor;
  distortion: Tensor;
  loss: Tensor;
  /** Further terms of the loss by type, without their weights. */
  [term: string]: Tensor;
}

/** An autoencoder, as pure functions of its parameters. Images are [batch, pixels] in [0, 1]. */
export interface Model {
  latent: Latent;
  prior: Prior;
  /** The names of its losses, in order. */
  names: readonly string[];
  /** The number of its parameters without masks. */
  dense: number;
  /**
   * Initial parameters.
   *
   * @param examples the training images that the prior starts from, [prior.examples, pixels]
   */
  init(key: Key, examples: Tensor): Params;
  /**
   * The encoder, as the prior uses it.
   *
   * @param dropout the key of the dropout in training; none in evaluation
   */
  encoder(params: Params, dropout?: Key): Encoder;
  /**
   * The loss that training minimises and its parts, averaged over the batch.
   *
   * @param others encodings to make noise from, beside the batch's own, as {@linkcode Latent.draw}
   * takes them
   * @param beta a factor on the weights of the rate terms; 1 unless given
   * @param dropout the key of the dropout in training; none in evaluation
   */
  losses(
    params: Params,
    images: Tensor,
    key: Key,
    others?: Encoded,
    beta?: Tensor,
    dropout?: Key,
  ): Losses;
  /**
   * log p(x, z) − log q(z|x) of `samples` codes of each image, [samples, batch]; the latent layer
   * must have a density.
   */
  logWeights(params: Params, images: Tensor, key: Key, samples: number): Tensor;
  /** The rate of each image in nats, [batch]; the key draws codes, if it is estimated by them. */
  rates(params: Params, images: Tensor, key: Key): Tensor;
  /**
   * The statistics of each image's code, and `z`, one code in the form that the decoder is given:
   * each [batch, latent].
   */
  encode(params: Params, images: Tensor, key: Key): Record<string, Tensor>;
  /**
   * The distortion in nats of images given codes, [batch, pixels] and [batch, latent] to [batch].
   */
  distortion(params: Params, images: Tensor, codes: Tensor): Tensor;
  /**
   * Pixel probabilities from codes in the form that the decoder is given, [rows, latent] to [rows,
   * pixels].
   */
  decode(params: Params, codes: Tensor): Tensor;
  /** Pixel probabilities of images after a pass through their noisy codes, [batch, pixels]. */
  reconstruct(params: Params, images: Tensor, key: Key): Tensor;
  /**
   * Pixel probabilities of as many new images as the batch has, [batch, pixels]. Echo makes its
   * noise from the batch.
   */
  sample(params: Params, images: Tensor, key: Key): Tensor;
}

/**
 * The autoencoder of a config, for images of this size.
 *
 * @throws {UserError} as {@linkcode networksOf}
 */
export function makeModel(config: Architecture, imageSize: ImageSize): Model {
  const { size } = config.latent;
  const networks = networksOf(config, imageSize);
  const { width } = networks;
  const latent = latentOf(config, width);
  const parts = termParts(config, latent);
  const prior = make(PRIORS, config.prior, size);
  const terms = config.loss.map((term) => ({ ...term, ...make(TERMS, term, parts) }));
  const extras = nameExtras(terms);
  // Every model reports a rate, even if its loss has no such term.
  const rate = terms.find(isRate) ?? TERMS.rate.make({}, parts);

  function encode(params: Params, images: Tensor, dropout?: Key): Encoded {
    const hidden = shaped(networks.encoder.apply(params.encoder, images, dropout), [width]);
    return { mean: dense(params.mean, hidden), scale: dense(params.scale, hidden), hidden };
  }
  const decoded = (codes: Tensor) => latent.decoded?.apply(codes) ?? codes;
  /** The pixels' logits from codes in the form that the decoder is given. */
  function decode(params: Params, given: Tensor, dropout?: Key): Tensor {
    // The layers of the encoder have smaller numbers.
    const key = dropout && foldIn(dropout, MOST_LAYERS);
    const last = networks.decoder.apply(params.decoder, given, key);
    return networks.pixels?.apply(params.pixels!, last) ??
      shaped(last, [last.size / last.shape[0]]);
  }
  const encoderOf = (params: Params, dropout?: Key): Encoder => ({
    encode: (images) => encode(params, images, dropout),
    draw: (encoded, key) => latent.draw(params.latent, encoded, key, 1).z,
  });
  function pass(
    params: Params,
    images: Tensor,
    key: Key,
    samples: number,
    others?: Encoded,
    dropout?: Key,
  ): Pass {
    const encoded = encode(params, images, dropout);
    const drawn = latent.draw(params.latent, encoded, key, samples, others);
    const logits = decode(params, decoded(drawn.z), dropout);
    const encoder = encoderOf(params, dropout);
    return {
      encoded,
      drawn,
      samples,
      distortion: RECONS[config.recon](logits, tile(images, samples)),
      logPrior: prior.logDensity(params.prior, drawn, encoder),
      key,
      samplePrior: (key, count) => prior.sample(params.prior, key, count, encoder),
    };
  }

  return {
    latent,
    prior,
    names: ["rate", "distortion", "loss", ...extras.values()],
    dense: denseParameters(config, imageSize),
    init(key, examples) {
      const { encoder, decoder } = config;
      const keys = split(key, encoder.length + decoder.length + 5);
      const next = () => keys.shift()!;
      const coder = {
        encoder: networks.encoder.init(next),
        mean: initDense(next(), width, size),
        scale: initDense(next(), width, size),
        decoder: networks.decoder.init(next),
      };
      const pixelKey = next();
      return {
        ...coder,
        ...networks.pixels && { pixels: networks.pixels.init(pixelKey) },
        latent: latent.init(next()),
        prior: prior.init(next(), examples),
        terms: terms.map(({ init }, i) => init?.(foldIn(key, i)) ?? []),
      };
    },
    encoder: encoderOf,
    losses(params, images, key, others, beta, dropout) {
      const all = pass(params, images, key, config.samples, others, dropout);
      const passes = terms.map((_, i) => ({ ...all, key: foldIn(key, i), own: params.terms[i] }));
      const values = terms.map(({ value, penalty = value }, i) => penalty(passes[i]));
      const trained = terms.flatMap(({ ownLoss }, i) => {
        // No part of the loss, but of its gradient.
        const own = ownLoss?.(passes[i]);
        return own === undefined ? [] : [sub(own, stopGradient(own))];
      });
      const weighted = values.map((value, i) => {
        const weighted = mul(value, terms[i].weight);
        return beta !== undefined && isRate(terms[i]) ? mul(weighted, beta) : weighted;
      });
      return {
        rate: rate.value(all),
        distortion: mean(all.distortion),
        loss: [...weighted, ...trained].reduce((total, term) => add(total, term)),
        ...Object.fromEntries(Array.from(extras, ([i, name]) => [name, values[i]])),
      };
    },
    logWeights: (params, images, key, samples) => logWeights(pass(params, images, key, samples)),
    rates(params, images, key) {
      const encoded = encode(params, images);
      if (latent.rate !== undefined) return latent.rate(encoded);
      if (parts.isStandard && latent.kl !== undefined) return latent.kl(encoded);
      const drawn = latent.draw(params.latent, encoded, key, 1);
      return sub(drawn.logDensity!, prior.logDensity(params.prior, drawn, encoderOf(params)));
    },
    encode(params, images, key) {
      const encoded = encode(params, images);
      const { z } = latent.draw(params.latent, encoded, key, 1);
      return { ...latent.statistics(encoded), z: decoded(z) };
    },
    distortion: (params, images, codes) =>
      RECONS[config.recon](decode(params, decoded(codes)), images),
    decode: (params, codes) => sigmoid(decode(params, codes)),
    reconstruct(params, images, key) {
      const { z } = latent.draw(params.latent, encode(params, images), key, 1);
      return sigmoid(decode(params, decoded(z)));
    },
    sample(params, images, key) {
      const codes = latent.marginal?.(params.latent, encode(params, images), key) ??
        prior.sample(params.prior, key, images.shape[0], encoderOf(params));
      return sigmoid(decode(params, decoded(codes)));
    },
  };
}

/**
 * The names of the terms beside rate and distortion, by index in the loss: `mmd`, and `mmd_2` for a
 * second one.
 */
function nameExtras(terms: readonly { readonly type: string }[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const [i, term] of terms.entries()) {
    if (kindOf(TERMS, term).part !== undefined) continue;
    const { type } = term;
    const before = terms.slice(0, i).filter((other) => other.type === type).length;
    names.set(i, before === 0 ? type : `${type}_${before + 1}`);
  }
  return names;
}

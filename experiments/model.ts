/**
 * The autoencoder of a config: its parameters, its loss, and what it makes of images.
 *
 * @module
 */

import {
  add,
  bernoulliCrossEntropy,
  type Dense,
  dense,
  initDense,
  type Key,
  mean,
  mul,
  relu,
  sigmoid,
  softplus,
  split,
  tanh,
  type Tensor,
} from "../mod.ts";
import type { ActivationName, Config, Layer, Term } from "./config.ts";
import { type Heads, makeNoise } from "./latents.ts";

/** All that is trained: weights and biases of each dense layer. */
export interface Params {
  encoder: Dense[];
  /** From the encoder's last layer to the two heads of the code. */
  mean: Dense;
  scale: Dense;
  decoder: Dense[];
  /** From the decoder's last layer to the pixels' logits. */
  pixels: Dense;
}

/** The loss of a batch and its parts: scalars, in nats per image. */
export interface Losses {
  rate: Tensor;
  distortion: Tensor;
  loss: Tensor;
}

/** An autoencoder: pure functions of its parameters. Images are [batch, pixels] in [0, 1]. */
export interface Model {
  init(key: Key): Params;
  /** The loss that training makes small, averaged over the batch. */
  losses(params: Params, images: Tensor, key: Key): Losses;
  /** Each pixel's probability after a pass through a noisy code: [batch, pixels]. */
  reconstruct(params: Params, images: Tensor, key: Key): Tensor;
  /** Pixel probabilities of new images, as many as there are in the batch of images given: [batch, pixels]. */
  sample(params: Params, images: Tensor, key: Key): Tensor;
}

const ACTIVATIONS: Record<ActivationName, (x: Tensor) => Tensor> = {
  softplus,
  relu,
  tanh,
  linear: (x) => x,
};

/** The autoencoder that a config describes, for images of so many pixels. */
export function makeModel(config: Config, pixels: number): Model {
  const noise = makeNoise(config.latent);

  function encode(params: Params, images: Tensor): Heads {
    const hidden = forward(params.encoder, config.encoder, images);
    return { mean: dense(params.mean, hidden), scale: dense(params.scale, hidden) };
  }
  function decode(params: Params, codes: Tensor): Tensor {
    return dense(params.pixels, forward(params.decoder, config.decoder, codes));
  }

  return {
    init: (key) => initParams(config, pixels, key),
    losses(params, images, key) {
      const heads = encode(params, images);
      const logits = decode(params, noise.sample(key, heads));
      const distortion = mean(bernoulliCrossEntropy(logits, images));
      const rate = mean(noise.rate(heads));
      const values: Record<Term["type"], Tensor> = { reconstruction: distortion, rate };
      const terms = config.loss.map(({ type, weight }) => mul(values[type], weight));
      const loss = terms.reduce((total, term) => add(total, term));
      return { rate, distortion, loss };
    },
    reconstruct(params, images, key) {
      return sigmoid(decode(params, noise.sample(key, encode(params, images))));
    },
    sample(params, images, key) {
      return sigmoid(decode(params, noise.marginal(key, encode(params, images))));
    },
  };
}

/** Dense layers, each with its activation, one after the other. */
function forward(params: Dense[], layers: Layer[], input: Tensor): Tensor {
  return layers.reduce(
    (x, { activation }, i) => ACTIVATIONS[activation](dense(params[i], x)),
    input,
  );
}

function initParams({ encoder, latent, decoder }: Config, pixels: number, key: Key): Params {
  const keys = split(key, encoder.length + decoder.length + 3).values();
  const layer = (from: number, to: number) => initDense(keys.next().value!, from, to);
  const layers = (from: number, to: Layer[]) => {
    const widths = [from, ...to.map(({ units }) => units)];
    return to.map((_, i) => layer(widths[i], widths[i + 1]));
  };
  const encoded = encoder.at(-1)?.units ?? pixels;
  const decoded = decoder.at(-1)?.units ?? latent.size;
  return {
    encoder: layers(pixels, encoder),
    mean: layer(encoded, latent.size),
    scale: layer(encoded, latent.size),
    decoder: layers(latent.size, decoder),
    pixels: layer(decoded, pixels),
  };
}

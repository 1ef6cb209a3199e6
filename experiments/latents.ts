/**
 * The noisy codes between encoder and decoder: how a code is drawn, what its rate is, and what codes look like overall.
 *
 * @module
 */

import {
  div,
  echoChannel,
  echoNoise,
  echoRate,
  echoSample,
  gaussianKl,
  gaussianSample,
  type Key,
  logSigmoid,
  normal,
  tanh,
  type Tensor,
} from "../mod.ts";
import type { EchoLatent, Latent } from "./config.ts";

/** What the encoder says of a batch: the outputs of its two last dense layers, each [batch, latent]. */
export interface Heads {
  mean: Tensor;
  scale: Tensor;
}

/** A kind of noise. */
export interface Noise {
  /** A noisy code for each image: [batch, latent]. */
  sample(key: Key, heads: Heads): Tensor;
  /** What each code tells of its image, in nats: [batch]. */
  rate(heads: Heads): Tensor;
  /** Codes as if of images never seen, to be decoded into samples: [batch, latent]. */
  marginal(key: Key, heads: Heads): Tensor;
}

/** The noise that a config asks for. */
export function makeNoise(latent: Latent): Noise {
  return latent.type === "echo" ? echo(latent) : gaussian;
}

/** z = μ + σ·ε, with ln σ² as the scale head; its rate is the divergence from N(0, I). */
const gaussian: Noise = {
  sample: (key, { mean, scale }) => gaussianSample(key, mean, scale),
  rate: ({ mean, scale }) => gaussianKl(mean, scale),
  marginal: (key, { mean }) => normal(key, mean.shape),
};

/** Where tanh does not bound the means, they are cut off here, as in the original. */
const LINEAR_BOUND = 10;

const MEANS: Record<EchoLatent["mean"], (head: Tensor) => Tensor> = {
  tanh16: (head) => tanh(div(head, 16)),
  tanh64: (head) => tanh(div(head, 64)),
  linear: (head) => head,
};

/** z = f + S·ε: ε has the law that z has over all images, so ε itself is a code of no image in particular. */
function echo({ dMax, clip, mean: meanName }: EchoLatent): Noise {
  const bounds = meanName === "linear" ? { meanBound: LINEAR_BOUND, meanClip: LINEAR_BOUND } : {};
  const channel = echoChannel({ dMax, clip, ...bounds });
  const meanOf = MEANS[meanName];
  return {
    sample: (key, { mean, scale }) => echoSample(key, meanOf(mean), logSigmoid(scale), channel),
    rate: ({ scale }) => echoRate(logSigmoid(scale), channel),
    marginal: (key, { mean, scale }) => echoNoise(key, meanOf(mean), logSigmoid(scale), channel),
  };
}

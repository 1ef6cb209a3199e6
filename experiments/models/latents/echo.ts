/**
 * Echo noise: z = f(x) + S(x)·ε, where ε is built from the codes of other examples of the batch.
 *
 * @module
 */

import {
  add,
  concat,
  div,
  type EchoChannel,
  echoChannel,
  echoCode,
  echoNoise,
  type EchoPool,
  echoRate,
  echoSample,
  echoStaleness,
  type Encodings,
  expandDims,
  type Key,
  logSigmoid,
  mul,
  reshape,
  split,
  stopGradient,
  sub,
  tanh,
  type Tensor,
  treeMap,
  truncationBias,
  zeros,
} from "../../../mod.ts";
import type { Keys, Rules } from "../keys.ts";
import {
  ACTIVE,
  type Column,
  columnMean,
  type Decoded,
  type DimensionRates,
  type Encoded,
  exponential,
  type Latent,
  type LatentKind,
  type PoolConfig,
} from "../latent.ts";

/** The options of every Echo channel. */
export interface EchoOptions {
  /** The mean f of the head's output h: tanh(h / divisor), or h / divisor. */
  mean: "tanh" | "linear";
  divisor: number;
  /** Linear means outside ±meanBound are moved to its edge; tanh is within ±1. */
  meanBound: number;
  /** The scale S of an untrained model, as a part of the largest scale. */
  startScale: number;
  /** The decoder is given gain · z, unless it is given e^z. The rate is the same for every gain. */
  gain: number;
  /** The most echoes in the truncated noise; a batch of B examples allows B − 1. */
  dMax: number;
  /** The largest scale S, instead of `bias`. */
  clip?: number;
  /** The largest bias of the truncation in nats per dimension, from which the clip is computed. */
  bias?: number;
  /**
   * How echoes are drawn: without replacement, in one cycle through the batch, or with replacement
   * as in the original.
   */
  sampling: EchoChannel["sampling"];
  /** Whether the decoder is given e^z instead of z. */
  multiplicative: boolean;
  /** Whether the mean of the echoes is subtracted. */
  centred: boolean;
  /** Whether gradients stop at the echoes. */
  detached: boolean;
}

/** The options of Echo with one scale for each dimension. */
export interface DiagonalOptions extends EchoOptions {
  /** Encodings from which training draws echoes, beside those of the batch. */
  pool?: PoolConfig;
}

/**
 * The bias in nats per dimension that truncation may have unless a config says otherwise: .001 nats
 * for 32 dimensions. With 99 echoes the clip is .965, so 32 dimensions have at least 1.14 nats.
 */
const BIAS = 3e-5;

/** The options with the default of `bias` if they have no clip. */
export const withBias = <O extends EchoOptions>(options: O): O =>
  options.clip === undefined ? { ...options, bias: options.bias ?? BIAS } : options;

/** The mean f, before it is clipped. */
function meanOf({ mean, divisor }: EchoOptions, encoded: Encoded): Tensor {
  const scaled = div(encoded.mean, divisor);
  return mean === "tanh" ? tanh(scaled) : scaled;
}

/** log (S / clip). The head of the scale starts near 0, where σ(h + shift) is startScale. */
function logScaleOf({ startScale }: EchoOptions, encoded: Encoded): Tensor {
  const shift = Math.log(startScale / (1 - startScale));
  return logSigmoid(add(encoded.scale, shift));
}

/** Means and log-scales with one number for each dimension. */
const encodingsOf = (options: EchoOptions, encoded: Encoded): Encodings => ({
  mean: meanOf(options, encoded),
  logScale: logScaleOf(options, encoded),
});

/** What the decoder is given: gain · z, or e^z. */
function decodedOf({ gain, multiplicative }: EchoOptions): Decoded | undefined {
  if (multiplicative) return exponential;
  if (gain === 1) return undefined;
  return { apply: (z) => mul(z, gain), inverse: (number) => number / gain };
}

/**
 * The channel of a config, from images to codes z, for batches of `batch` images. The option
 * `multiplicative` does not affect it.
 */
export function channelOf(options: EchoOptions, batch: number): EchoChannel {
  const { mean, meanBound, clip, bias, sampling, centred, detached } = options;
  const bounds = mean === "linear" ? { meanClip: meanBound } : {};
  const dMax = echoesOf(options, batch);
  return echoChannel({ dMax, clip, bias, sampling, centred, detached, ...bounds });
}

/**
 * The number of echoes of an image in a batch. A pool offers other echoes, not more: there is none
 * outside training.
 */
const echoesOf = ({ dMax, sampling }: EchoOptions, batch: number): number =>
  sampling === "withReplacement" ? dMax : Math.min(dMax, batch - 1);

/** The message for options that are valid one by one, but do not fit together. */
export function channelProblem(options: EchoOptions, batch: number): string | undefined {
  const { clip, bias } = options;
  if (bias === undefined) return undefined;
  if (clip !== undefined) {
    return `latent.bias: the clip is computed from it, so latent.clip must be left out, but found ${clip}`;
  }
  const echoes = echoesOf(options, batch);
  const most = truncationBias(echoChannel({ clip: 1, dMax: echoes }));
  if (bias < most) return undefined;
  return `latent.bias: expected less than ${
    most.toPrecision(3)
  }, the bias of ${echoes} echoes without a clip, but found ${bias}`;
}

/** The keys of every Echo channel. */
export const channelKeys = (rules: Rules): Keys<EchoOptions> => ({
  mean: rules.oneOf("tanh", "linear").default("linear"),
  divisor: rules.positive.default(1),
  meanBound: rules.positive.default(10),
  startScale: rules.positive.lt(1).default(0.2),
  gain: rules.positive.default(5),
  dMax: rules.count.default(99),
  clip: rules.positive.lt(1).optional(),
  bias: rules.number.min(1e-12).optional(),
  sampling: rules.oneOf("withoutReplacement", "cycle", "withReplacement").default("cycle"),
  multiplicative: rules.flag.default(false),
  centred: rules.flag.default(false),
  detached: rules.flag.default(false),
});

/**
 * How codes are drawn with scales S(x) of some form: one number for each dimension, or a matrix.
 */
export interface Scales<E> {
  /** The encodings, in the form that `sample` takes. */
  encodings(own: unknown, mean: Tensor, logScale: Tensor, encoded: Encoded): E;
  /** z, [batch, latent]; the echoes come from the pool, if there is one. */
  sample(key: Key, encodings: E, channel: EchoChannel, pool?: EchoPool<E>): Tensor;
  /** ε, [batch, latent]. */
  noise(key: Key, encodings: E, channel: EchoChannel): Tensor;
  /** The codes of given noises, both [samples, batch, latent]. */
  code(noise: Tensor, encodings: E, channel: EchoChannel): Tensor;
}

/**
 * The latent layer z = f + S·ε. The noise ε has the same distribution as z over all images, so ε
 * itself is a draw from the marginal.
 *
 * @param constant whether the encodings of other batches are constants, without a gradient
 */
export function echoLatent<E>(
  options: EchoOptions,
  channel: EchoChannel,
  scales: Scales<E>,
  constant = false,
): Omit<Latent, "init"> {
  const scaled = (own: unknown, encoded: Encoded) => {
    const { mean, logScale } = encodingsOf(options, encoded);
    return scales.encodings(own, mean, logScale, encoded);
  };
  return {
    hasMixtures: false,
    draw(own, encoded, key, samples, others) {
      const keys = samples === 1 ? [key] : split(key, samples);
      const encodings = scaled(own, encoded);
      const pool = others && beside(encodings, scaled(own, others), constant);
      return { z: concat(keys.map((key) => scales.sample(key, encodings, channel, pool))) };
    },
    centre(own, encoded) {
      const none = expandDims(zeros(encoded.mean.shape), 0);
      return reshape(scales.code(none, scaled(own, encoded), channel), encoded.mean.shape);
    },
    statistics: (encoded) => ({ ...encodingsOf(options, encoded) }),
    decoded: decodedOf(options),
    rate: (encoded) => echoRate(logScaleOf(options, encoded), channel),
    marginal: (own, encoded, key) => scales.noise(key, scaled(own, encoded), channel),
    codeOf: (own, encoded, noise) => scales.code(noise, scaled(own, encoded), channel),
  };
}

/**
 * A pool of the batch and of other encodings. If the others are constants, only the echoes from the
 * batch have gradients: B − 1 of B − 1 + P echoes. Their gradients are multiplied by (B − 1 + P) /
 * (B − 1), so that on average they equal the gradients of a pool in which all encodings have one.
 * For B = 100 and P = 900 that is 999 / 99 ≈ 10.
 *
 * The gradients through echoes are necessary. Without them the variance of S·ε seems to depend on S
 * as S² instead of S² / (1 − S²), and training drives the rate to its minimum.
 */
function beside<E>(batch: E, others: E, constant: boolean): EchoPool<E> {
  const both = treeMap(
    (own, other) => {
      if (!constant) return concat([own, other]);
      const still = stopGradient(own), weight = 1 + other.shape[0] / (own.shape[0] - 1);
      return concat([add(still, mul(sub(own, still), weight)), other]);
    },
    batch,
    others,
  );
  return { ...both, withBatch: true };
}

/** Echo with one scale for each dimension. */
export const echo: LatentKind<DiagonalOptions> = {
  hasDensity: false,
  keys: (rules) => ({
    ...channelKeys(rules),
    pool: rules.object<PoolConfig>({ size: rules.count, fresh: rules.flag.default(false) })
      .optional(),
  }),
  complete: withBias,
  problem(options, { batch }) {
    const { pool } = options;
    if (pool === undefined || pool.size % batch === 0) return channelProblem(options, batch);
    return `latent.pool.size: expected a multiple of the batch size ${batch}, but found ${pool.size}`;
  },
  make(options, size, _width, batch) {
    const channel = channelOf(options, batch);
    const logClip = Math.log(channel.clip);
    const rates = (column: Column): DimensionRates => ({
      measure: "exact",
      nats: Array.from({ length: size }, (_, j) => -columnMean(column("logScale", j)) - logClip),
      floor: -logClip,
    });
    return {
      pool: options.pool,
      channel,
      leastRate: -size * logClip,
      dimensionRates: (encoded) =>
        echoRate(logScaleOf(options, encoded), channel, { perDimension: true }),
      init: () => [],
      ...echoLatent<Encodings>(options, channel, {
        encodings: (_, mean, logScale) => ({ mean, logScale }),
        sample: (key, { mean, logScale }, channel, pool) =>
          echoSample(key, mean, logScale, channel, pool),
        noise: (key, { mean, logScale }, channel) => echoNoise(key, mean, logScale, channel),
        code: (noise, { mean, logScale }, channel) => echoCode(noise, mean, logScale, channel),
      }, options.pool?.fresh === false),
      ratesByDimension: rates,
      activeUnits: (column) => rates(column).nats.filter((rate) => rate + logClip > ACTIVE).length,
      staleness(...all) {
        const [pool, before, now] = all.map((encoded) => encodingsOf(options, encoded));
        return echoStaleness(pool, before, now, channel);
      },
    };
  },
};

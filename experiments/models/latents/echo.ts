/**
 * Echo noise: z = f(x) + S(x)·ε, where ε is built from the codes of other examples of the batch.
 *
 * @module
 */

import { z } from "zod";
import {
  add,
  concat,
  div,
  type EchoChannel,
  echoChannel,
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
  split,
  stopGradient,
  sub,
  tanh,
  type Tensor,
  treeMap,
  truncationBias,
} from "../../../mod.ts";
import { count, type Keys, object, positive } from "../../shell/keys.ts";
import {
  columnMean,
  type Encoded,
  exponential,
  type Latent,
  type LatentKind,
  type PoolConfig,
} from "../latent.ts";

/** The options of every Echo channel. */
export interface EchoOptions {
  /** The mean f of the head's output h: tanh(h/16), tanh(h/64), or h itself. */
  mean: "tanh16" | "tanh64" | "linear";
  /** The most echoes in the truncated noise; a batch of B examples allows B − 1. */
  dMax: number;
  /** The largest scale S; computed from dMax if it is left out. */
  clip?: number;
  /**
   * The largest bias of the truncation in nats per dimension, from which the clip is computed
   * instead.
   */
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

/** Linear means are clipped to ±10, as in the original. */
const LINEAR_BOUND = 10;

const MEANS: Record<EchoOptions["mean"], (head: Tensor) => Tensor> = {
  tanh16: (head) => tanh(div(head, 16)),
  tanh64: (head) => tanh(div(head, 64)),
  linear: (head) => head,
};

/**
 * The channel of a config, from images to codes z. The option `multiplicative` does not affect it.
 */
export function channelOf(
  { mean, dMax, clip, bias, sampling, centred, detached }: EchoOptions,
): EchoChannel {
  const bounds = mean === "linear" ? { meanBound: LINEAR_BOUND, meanClip: LINEAR_BOUND } : {};
  return echoChannel({ dMax, clip, bias, sampling, centred, detached, ...bounds });
}

/** The message for options that are valid one by one, but do not fit together. */
export function channelProblem({ dMax, clip, bias }: EchoOptions): string | undefined {
  if (bias === undefined) return undefined;
  if (clip !== undefined) {
    return `latent.bias: the clip is computed from it, so latent.clip must be left out, but found ${clip}`;
  }
  const most = truncationBias(echoChannel({ clip: 1, dMax }));
  if (bias < most) return undefined;
  return `latent.bias: expected less than ${
    most.toPrecision(3)
  }, the bias of ${dMax} echoes without a clip, but found ${bias}`;
}

/** The schema of the options of every Echo channel. */
export const channelKeys: Keys<EchoOptions> = {
  mean: z.enum(["tanh16", "tanh64", "linear"]).default("tanh16"),
  dMax: count.default(99),
  clip: z.number().gt(0).lt(1).optional(),
  bias: positive.optional(),
  sampling: z.enum(["withoutReplacement", "cycle", "withReplacement"]).default(
    "withoutReplacement",
  ),
  multiplicative: z.boolean().default(false),
  centred: z.boolean().default(false),
  detached: z.boolean().default(false),
};

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
}

/**
 * The latent layer z = f + S·ε. The noise ε has the same distribution as z over all images, so ε
 * itself is a draw from the marginal.
 *
 * @param constant whether the encodings of other batches are constants, without a gradient
 */
export function echoLatent<E>(
  options: EchoOptions,
  scales: Scales<E>,
  constant = false,
): Omit<Latent, "init"> {
  const channel = channelOf(options);
  const meanOf = ({ mean }: Encoded) => MEANS[options.mean](mean);
  const logScaleOf = ({ scale }: Encoded) => logSigmoid(scale);
  const encodingsOf = (own: unknown, encoded: Encoded) =>
    scales.encodings(own, meanOf(encoded), logScaleOf(encoded), encoded);
  return {
    hasMixtures: false,
    draw(own, encoded, key, samples, others) {
      const keys = samples === 1 ? [key] : split(key, samples);
      const encodings = encodingsOf(own, encoded);
      const pool = others && beside(encodings, encodingsOf(own, others), constant);
      return { z: concat(keys.map((key) => scales.sample(key, encodings, channel, pool))) };
    },
    statistics: (encoded) => ({ mean: meanOf(encoded), logScale: logScaleOf(encoded) }),
    decoded: options.multiplicative ? exponential : undefined,
    rate: (encoded) => echoRate(logScaleOf(encoded), channel),
    marginal: (own, encoded, key) => scales.noise(key, encodingsOf(own, encoded), channel),
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
  keys: {
    ...channelKeys,
    pool: object<PoolConfig>({ size: count, fresh: z.boolean().default(false) }).optional(),
  },
  problem(options, { batch }) {
    const { pool } = options;
    if (pool === undefined || pool.size % batch === 0) return channelProblem(options);
    return `latent.pool.size: expected a multiple of the batch size ${batch}, but found ${pool.size}`;
  },
  make(options, size) {
    const channel = channelOf(options);
    const logClip = Math.log(channel.clip);
    const encodingsOf = ({ mean, scale }: Encoded): Encodings => ({
      mean: MEANS[options.mean](mean),
      logScale: logSigmoid(scale),
    });
    return {
      pool: options.pool,
      channel,
      leastRate: -size * logClip,
      dimensionRates: (encoded) => echoRate(expandDims(encodingsOf(encoded).logScale, 2), channel),
      init: () => [],
      ...echoLatent<Encodings>(options, {
        encodings: (_, mean, logScale) => ({ mean, logScale }),
        sample: (key, { mean, logScale }, channel, pool) =>
          echoSample(key, mean, logScale, channel, pool),
        noise: (key, { mean, logScale }, channel) => echoNoise(key, mean, logScale, channel),
      }, options.pool?.fresh === false),
      ratesByDimension: (column) => ({
        measure: "exact",
        nats: Array.from({ length: size }, (_, j) => -columnMean(column("logScale", j)) - logClip),
      }),
      staleness(...all) {
        const [pool, before, now] = all.map(encodingsOf);
        return echoStaleness(pool, before, now, channel);
      },
    };
  },
};

/**
 * Echo noise: z = f(x) + S(x)·ε, where ε is built from the codes of the other examples of the batch.
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

/** What a config may say of it. */
export interface EchoOptions {
  /** The mean f as a function of a dense layer's output: tanh(·/16), tanh(·/64), or the output itself. */
  mean: "tanh16" | "tanh64" | "linear";
  /** Terms of the truncated noise, at most; a batch of B allows B − 1. */
  dMax: number;
  /** The largest scale S; solved from dMax where it is left out. */
  clip?: number;
  /** What the truncation may cost in nats per dimension, as `truncationBias` counts it: the clip is solved from it instead. */
  bias?: number;
  /** How echoes are drawn: exactly, with an order for each image or in one cycle; or as the original's `replace=True`. */
  sampling: EchoChannel["sampling"];
  /** Whether the decoder is given e^z. */
  multiplicative: boolean;
  /** Whether the echoes' means are centred. */
  centred: boolean;
  /** Whether gradients stop at the echoes. */
  detached: boolean;
}

/** What a config may say of echoes with a scale for each dimension. */
export interface DiagonalOptions extends EchoOptions {
  /** Encodings to draw echoes from in training beside those of the batch. */
  pool?: PoolConfig;
}

/** Where tanh does not bound the means, they are cut off here, as in the original. */
const LINEAR_BOUND = 10;

const MEANS: Record<EchoOptions["mean"], (head: Tensor) => Tensor> = {
  tanh16: (head) => tanh(div(head, 16)),
  tanh64: (head) => tanh(div(head, 64)),
  linear: (head) => head,
};

/** The channel that a config describes, of codes z: that the decoder may be given e^z is none of its business. */
export function channelOf(
  { mean, dMax, clip, bias, sampling, centred, detached }: EchoOptions,
): EchoChannel {
  const bounds = mean === "linear" ? { meanBound: LINEAR_BOUND, meanClip: LINEAR_BOUND } : {};
  return echoChannel({ dMax, clip, bias, sampling, centred, detached, ...bounds });
}

/** What is wrong with a channel's options, each of which is right in itself. */
export function channelProblem({ dMax, clip, bias }: EchoOptions): string | undefined {
  if (bias === undefined) return undefined;
  if (clip !== undefined) {
    return `latent.bias: the clip is solved from it, so latent.clip must be left out, but found ${clip}`;
  }
  const most = truncationBias(echoChannel({ clip: 1, dMax }));
  if (bias < most) return undefined;
  return `latent.bias: expected less than ${
    most.toPrecision(3)
  }, what ${dMax} echoes lose without a clip, but found ${bias}`;
}

/** What a config may say of any channel. */
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

/** How codes are made of f(x) and the scales S(x), of whatever form those are. */
export interface Scales<E> {
  /** The encodings as the sampler takes them. */
  encodings(own: unknown, mean: Tensor, logScale: Tensor, encoded: Encoded): E;
  /** z and ε, [batch, latent]; echoes come from the pool, where there is one. */
  sample(key: Key, encodings: E, channel: EchoChannel, pool?: EchoPool<E>): Tensor;
  noise(key: Key, encodings: E, channel: EchoChannel): Tensor;
}

/**
 * z = f + S·ε: ε has the law that z has over all images, so ε itself is a code of no image in particular.
 *
 * @param constant whether encodings beside the batch are constants, which no gradient reaches
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
 * A pool of the batch and others. Where the others are constants, only the echoes from the batch have gradients, and stand for those
 * from the others, too. Of the echoes of an example B − 1 of B − 1 + P are from the batch, so that (B − 1 + P) / (B − 1) times
 * their gradients are in the mean those of echoes that all have some. Those are needed: without them, lowering S seems to lower the
 * variance of S·ε by the factor S² alone, not by S² / (1 − S²), and the rate falls to its floor.
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

/** See above. */
export const echo: LatentKind<DiagonalOptions> = {
  hasDensity: false,
  keys: {
    ...channelKeys,
    pool: object<PoolConfig>({ size: count, fresh: z.boolean().default(false) }).optional(),
  },
  problem(options, { batch }) {
    const { pool } = options;
    if (pool === undefined || pool.size % batch === 0) return channelProblem(options);
    return `latent.pool.size: expected whole batches of ${batch}, but found ${pool.size}`;
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

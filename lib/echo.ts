/**
 * Echo noise and its exact rate (Brekelmans, Moyer, Galstyan and Ver Steeg, "Exact rate-distortion in autoencoders via Echo
 * noise", NeurIPS 2019).
 *
 * An encoder gives a mean f(x) and a scale S(x). The code is z = f(x) + S(x)·ε, where the noise is made of the encodings of
 * other examples,
 *
 *     ε = Σ_{l ≥ 0} ( Π_{l' < l} S(x⁽ˡ'⁾) ) · f(x⁽ˡ⁾),   x⁽ˡ⁾ independent draws from the same population as x.
 *
 * So ε has the law of z, h(Z) = h(ε), and the mutual information is exact: I(X;Z) = h(Z) − h(Z|X) = −E Σⱼ log Sⱼ(X) nats,
 * with no prior and no bound. It is a statement about the population: on N images the empirical information is at most ln N.
 *
 * @module
 */
import { add, exp, max, min, mul, neg, sub } from "./ops/elementwise.ts";
import { take } from "./ops/indexing.ts";
import { iota } from "./ops/indexing.ts";
import { cumsum, mean as average, sum } from "./ops/reduce.ts";
import { stopGradient } from "./grad.ts";
import { type Key, permutations, randomInts } from "./random.ts";
import { sameShape, ShapeError, shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** One description of the channel, which the sampler and the rate share, so that they cannot disagree. */
export interface EchoChannel {
  /** The most echoes (terms of ε) that are summed; a batch of B gives at most B − 1. */
  readonly dMax: number;
  /** S = clip · e^logScale: with logScale ≤ 0 no scale is above it. */
  readonly clip: number;
  /** Whether the echoes of an example are distinct and exclude it (exact), or are drawn as the original's `replace=True`. */
  readonly sampling: "withoutReplacement" | "withReplacement";
  /** Means are moved into ±meanClip first; Infinity leaves them as they are. */
  readonly meanClip: number;
  /** Whether the code is e^z, as in information dropout; the rate is the same. */
  readonly multiplicative: boolean;
  /** Whether the batch mean of f is subtracted from the echoes' means. Performs worse; kept for comparison. */
  readonly centred: boolean;
  /** Whether gradients stop at the echoes, so that they flow through f(x) and S(x) alone. */
  readonly detached: boolean;
}

/** Settings of {@linkcode echoChannel}. */
export interface EchoOptions extends Partial<EchoChannel> {
  /** The bound M on |f| from which the clip is solved where none is given; 1 unless given. */
  readonly meanBound?: number;
}

/**
 * A channel. The clip, unless given, is the largest r for which the truncated tail is lost in float32.
 *
 * @throws {RangeError} where a setting is out of range.
 */
export function echoChannel(options: EchoOptions = {}): EchoChannel {
  const { dMax = 99, meanBound = 1 } = options;
  if (!Number.isInteger(dMax) || dMax < 1) {
    throw new RangeError(
      `Cannot make an Echo channel with dMax ${dMax}: it must be a positive integer`,
    );
  }
  if (!(meanBound > 0)) {
    throw new RangeError(
      `Cannot make an Echo channel with meanBound ${meanBound}: it must be positive`,
    );
  }
  const clip = options.clip ?? solveClip(dMax, meanBound);
  if (!(clip > 0 && clip <= 1)) {
    throw new RangeError(
      `Cannot make an Echo channel with clip ${clip}: it must be above 0 and at most 1`,
    );
  }
  return {
    dMax,
    clip,
    sampling: options.sampling ?? "withoutReplacement",
    meanClip: options.meanClip ?? Infinity,
    multiplicative: options.multiplicative ?? false,
    centred: options.centred ?? false,
    detached: options.detached ?? false,
  };
}

/**
 * The scale r at which the tail after d echoes of means within ±M is one float32 rounding: the root of
 * M·rᵈ / (1 − r) = 2⁻²³ (appendix C of the paper). 0.835866 for d = 99, M = 1.
 */
export function solveClip(d: number, meanBound: number): number {
  // The left side grows with r from 0 to ∞: bisect.
  let low = 0, high = 1;
  for (let i = 0; i < 60; i++) {
    const r = (low + high) / 2;
    if (meanBound * r ** d / (1 - r) < 2 ** -23) low = r;
    else high = r;
  }
  return low;
}

/** What an encoder says of some examples. */
export interface Encodings {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** Of which S(x) = clip · e^logScale, [batch, latent]. */
  readonly logScale: Tensor;
}

/**
 * The code z of a batch.
 *
 * @param key decides which examples are the echoes of which
 * @param mean f(x), [batch, latent]
 * @param logScale at most 0 (a log-sigmoid, say), [batch, latent]
 * @param channel shared with {@linkcode echoRate}
 * @param pool other encodings, [pool, latent], to draw the echoes from instead of the batch
 * @returns z, [batch, latent]
 * @throws {ShapeError} where the shapes are not [batch, latent]; {RangeError} where there is nothing to draw from.
 */
export function echoSample(
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel,
  pool?: Encodings,
): Tensor {
  const noise = echoNoise(key, mean, logScale, channel, pool);
  const z = add(clipMean(mean, channel), mul(exp(logScaleOf(logScale, channel)), noise));
  return channel.multiplicative ? exp(z) : z;
}

/** The noise ε of a batch, [batch, latent]; arguments as for {@linkcode echoSample}. */
export function echoNoise(
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel,
  pool?: Encodings,
): Tensor {
  check(mean, logScale);
  if (pool !== undefined) check(pool.mean, pool.logScale);
  const batch = mean.shape[0];
  const size = pool === undefined ? batch : pool.mean.shape[0];
  const order = echoes(key, batch, size, channel, pool === undefined);

  const detach = channel.detached ? stopGradient : (x: Tensor) => x;
  let f = clipMean(detach(pool?.mean ?? mean), channel);
  if (channel.centred) f = sub(f, average(f, { axis: 0, keepDims: true }));
  const logS = logScaleOf(detach(pool?.logScale ?? logScale), channel);

  // [batch, echo, latent]: the log-product of the scales before each echo weighs the mean of that echo. All latent
  // dimensions share the same echoes; with echoes of their own the rate would only be a bound.
  const weights = exp(cumsum(take(logS, order), { axis: 1, exclusive: true }));
  return sum(mul(take(f, order), weights), { axis: 1 });
}

/**
 * The rate I(X;Z) of each example, −Σⱼ log Sⱼ(x), in nats, [batch]; its mean over the population is the mutual information.
 *
 * @param logScale as for {@linkcode echoSample}, [batch, latent]
 */
export const echoRate = (logScale: Tensor, channel: EchoChannel): Tensor =>
  neg(sum(logScaleOf(logScale, channel), { axis: -1 }));

const logScaleOf = (logScale: Tensor, { clip }: EchoChannel): Tensor =>
  clip === 1 ? logScale : add(logScale, Math.log(clip));

const clipMean = (mean: Tensor, { meanClip }: EchoChannel): Tensor =>
  meanClip === Infinity ? mean : max(min(mean, meanClip), -meanClip);

/** Which rows are the echoes of each example, int32 [batch, echoes]. */
function echoes(
  key: Key,
  batch: number,
  size: number,
  { sampling, dMax }: EchoChannel,
  ofBatch: boolean,
): Tensor {
  if (sampling === "withReplacement") return randomInts(key, [batch, dMax], size);
  const others = ofBatch ? size - 1 : size;
  if (others < 1) {
    throw new RangeError(
      `Cannot draw echoes from ${size} example${
        size === 1 ? "" : "s"
      }: at least one other is needed`,
    );
  }
  return permutations(key, batch, size, {
    exclude: ofBatch ? iota([batch]) : undefined,
    take: Math.min(dMax, others),
  });
}

function check(mean: Tensor, logScale: Tensor): void {
  if (mean.rank !== 2 || !sameShape(mean.shape, logScale.shape)) {
    throw new ShapeError(
      `Cannot make echoes of means ${shapeText(mean.shape)} and scales ${
        shapeText(logScale.shape)
      }: both must be [batch, latent]`,
    );
  }
}

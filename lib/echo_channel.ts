/**
 * What an Echo channel is, and which examples are the echoes of which: what the sampler for diagonal scales (lib/echo.ts), the
 * one for matrices (lib/echo_matrix.ts) and the rate share.
 *
 * @module
 */
import { max, min, sub } from "./ops/elementwise.ts";
import { iota } from "./ops/indexing.ts";
import { mean as average } from "./ops/reduce.ts";
import { stopGradient } from "./grad.ts";
import { type Key, permutations, randomInts } from "./random.ts";
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

/** f(x), moved into ±meanClip. */
export const clipMean = (mean: Tensor, { meanClip }: EchoChannel): Tensor =>
  meanClip === Infinity ? mean : max(min(mean, meanClip), -meanClip);

/** What an echo brings into the sum, where the gradients through it are wanted, and where not. */
export const ofEcho = (x: Tensor, { detached }: EchoChannel): Tensor =>
  detached ? stopGradient(x) : x;

/** The means that echoes bring. */
export function echoMeans(mean: Tensor, channel: EchoChannel): Tensor {
  const f = clipMean(ofEcho(mean, channel), channel);
  return channel.centred ? sub(f, average(f, { axis: 0, keepDims: true })) : f;
}

/** Which rows are the echoes of each example, int32 [batch, echoes]. */
export function echoOrder(
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

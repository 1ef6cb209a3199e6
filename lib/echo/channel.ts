/**
 * What an Echo channel is, and which examples are the echoes of which: what the sampler for diagonal scales (lib/echo/sample.ts), the
 * one for matrices (lib/echo/matrix.ts) and the rate share.
 *
 * @module
 */
import { add, max, min, sub } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { mean as average } from "../ops/reduce.ts";
import { stopGradient } from "../grad.ts";
import { cycleOrder } from "./cycle.ts";
import { type Key, permutations, randomInts } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/** One description of the channel, which the sampler and the rate share, so that they cannot disagree. */
export interface EchoChannel {
  /** The most echoes (terms of ε) that are summed; a batch of B gives at most B − 1. */
  readonly dMax: number;
  /** S = clip · e^logScale: with logScale ≤ 0 no scale is above it. */
  readonly clip: number;
  /**
   * How the echoes of an example are drawn: as distinct others, which is exact; as such, but those of a batch in one cycle,
   * which is as exact and quicker (see lib/echo/cycle.ts); or as the original's `replace=True`.
   */
  readonly sampling: "withoutReplacement" | "cycle" | "withReplacement";
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
  /** The bias of a Gaussian channel, nats per dimension, from which the clip is solved instead: {@linkcode truncationBias}. */
  readonly bias?: number;
}

/**
 * A channel. The clip, unless given, is the largest r for which the truncated tail is lost in float32, or, with a bias, for
 * which it costs no more nats than that.
 *
 * @throws {RangeError} where a setting is out of range, or both clip and bias are given.
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
  const { bias } = options;
  if (options.clip !== undefined && bias !== undefined) {
    throw new RangeError(
      `Cannot make an Echo channel with clip ${options.clip} and bias ${bias}: one follows from the other`,
    );
  }
  const clip = options.clip ??
    (bias === undefined ? solveClip(dMax, meanBound) : solveClipByBias(dMax, bias));
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
export const solveClip = (d: number, meanBound: number): number =>
  largest((r) => meanBound * r ** d / (1 - r) < 2 ** -23);

/**
 * What is lost by summing d echoes only, in nats per dimension, where the scale is the clip:
 *
 *     b(r, d) = ½ log (1 + 1 / Σ_{k=1…d} r⁻²ᵏ) ≈ ½ r²ᵈ·(1 − r²).
 *
 * With E_d the noise of d echoes, the code is f(x) + S(x)·E_d, and so has the law of E_{d+1}: I(X;Z) = −E log S + h(E_{d+1}) −
 * h(E_d), which is more than the rate by h(E_{d+1}) − h(E_d). For Gaussian f and S ≡ r, Var E_d is Var f · Σ_{l<d} r²ˡ, which
 * gives b, whatever Var f; it grows with r, so that of all such channels below a clip the one at the clip has the most.
 *
 * It is exact for them, a good estimate for laws of E_d near a Gaussian, and no bound for others. An independent echo adds
 * ½·J(E_d)·r²ᵈ·Var f to the entropy to first order, J the Fisher information (de Bruijn's identity), and the Gaussian has the
 * least J of all laws of its variance: where E_d has edges or atoms the bias is larger. With f = tanh x of x ~ N(0, 1) and six
 * echoes it is 1.04·b at S ≡ .8, and 1.54·b at S ≡ .5; with f = ±1, S ≡ ½ the code has 2ᵈ atoms, and no entropy at all. Scales
 * that are below the clip most of the time, as in a trained model, forget faster, and lose less.
 *
 * @param echoes how many are summed: dMax, or in a batch of B at most B − 1
 */
export function truncationBias({ clip, dMax }: EchoChannel, echoes: number = dMax): number {
  return gaussianBias(clip, echoes);
}

/**
 * The scale r at which {@linkcode truncationBias} is a given number of nats per dimension. It wastes less of the rate than
 * {@linkcode solveClip}: 1.9e-6 nats and 99 echoes allow .95, and the least rate, −ln r, is .051 in place of .179 nats per
 * dimension.
 *
 * @throws {RangeError} unless the bias is above 0 and below ½ log (1 + 1/d), that of r = 1.
 */
export function solveClipByBias(d: number, bias: number): number {
  const most = gaussianBias(1, d);
  if (!(bias > 0 && bias < most)) {
    throw new RangeError(
      `Cannot solve for a clip with bias ${bias}: with ${d} echoes it must be above 0 and below ${most}`,
    );
  }
  return largest((r) => gaussianBias(r, d) < bias);
}

function gaussianBias(r: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum = (1 + sum) / r ** 2;
  return 0.5 * Math.log1p(1 / sum);
}

/** The largest r of 0 … 1 for which something holds that holds up to some r: by bisection. */
function largest(holds: (r: number) => boolean): number {
  let low = 0, high = 1;
  for (let i = 0; i < 60; i++) {
    const r = (low + high) / 2;
    if (holds(r)) low = r;
    else high = r;
  }
  return low;
}

/** f(x), moved into ±meanClip. */
export const clipMean = (mean: Tensor, { meanClip }: EchoChannel): Tensor =>
  meanClip === Infinity ? mean : max(min(mean, meanClip), -meanClip);

/** log S. */
export const logScaleOf = (logScale: Tensor, { clip }: EchoChannel): Tensor =>
  clip === 1 ? logScale : add(logScale, Math.log(clip));

/** What an echo brings into the sum, where the gradients through it are wanted, and where not. */
export const ofEcho = (x: Tensor, { detached }: EchoChannel): Tensor =>
  detached ? stopGradient(x) : x;

/** The means that echoes bring. */
export function echoMeans(mean: Tensor, channel: EchoChannel): Tensor {
  const f = clipMean(ofEcho(mean, channel), channel);
  return channel.centred ? sub(f, average(f, { axis: 0, keepDims: true })) : f;
}

/**
 * Which rows are the echoes of each example, int32 [batch, echoes].
 *
 * @param size how many rows there are to draw from
 * @param withBatch whether row i of them is example i, for all examples
 */
export function echoOrder(
  key: Key,
  batch: number,
  size: number,
  channel: EchoChannel,
  withBatch: boolean,
): Tensor {
  const { sampling, dMax } = channel;
  if (sampling === "withReplacement") return randomInts(key, [batch, dMax], size);
  if (withBatch && size < batch) {
    throw new RangeError(
      `Cannot draw echoes from a pool of ${size} with a batch of ${batch} in it`,
    );
  }
  const count = echoCount(size, channel, withBatch);
  if (sampling === "cycle") return cycleOrder(key, batch, size, count, withBatch);
  const exclude = withBatch ? iota([batch]) : undefined;
  return permutations(key, batch, size, { exclude, take: count });
}

/**
 * How many distinct echoes an example has.
 *
 * @param size how many rows there are to draw from
 * @param withSelf whether the example itself, which is no echo of its own, is one of them
 * @throws {RangeError} where there is none.
 */
export function echoCount(size: number, { dMax }: EchoChannel, withSelf: boolean): number {
  const others = withSelf ? size - 1 : size;
  if (others >= 1) return Math.min(dMax, others);
  throw new RangeError(
    `Cannot draw echoes from ${size} example${size === 1 ? "" : "s"}: at least one other is needed`,
  );
}

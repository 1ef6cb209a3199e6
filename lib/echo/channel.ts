/**
 * The settings of an Echo channel, and the choice of echoes for each example. The sampler for
 * diagonal scales (lib/echo/sample.ts), the one for matrices (lib/echo/matrix.ts) and the rate
 * (lib/echo/rate.ts) share them.
 *
 * @module
 */
import { checkOptions, counted } from "../checks.ts";
import { add, max, min, stopGradient, sub } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { mean as average } from "../ops/reduce.ts";
import { cycleOrder } from "./cycle.ts";
import { permutations } from "../permutation.ts";
import { type Key, randomInts } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The settings of a channel. The sampler and the rate take the same object, so that they cannot
 * disagree.
 */
export interface EchoChannel {
  /**
   * The number of echoes (terms of ε) that are summed. A batch of B examples gives at most B − 1.
   */
  readonly dMax: number;
  /** The largest scale: S = clip · e^logScale with logScale ≤ 0. */
  readonly clip: number;
  /**
   * How the echoes of an example are drawn. `withoutReplacement` takes distinct other examples,
   * which is exact. `cycle` does so along one cycle through the batch, which is as exact and
   * quicker (lib/echo/cycle.ts). `withReplacement` is the original's `replace=True`: an example may
   * be its own echo.
   */
  readonly sampling: "withoutReplacement" | "cycle" | "withReplacement";
  /** Means outside ±meanClip are moved to its edge; Infinity leaves all as they are. */
  readonly meanClip: number;
  /** Whether the code is e^z, as in information dropout. The rate is the same. */
  readonly multiplicative: boolean;
  /**
   * Whether the batch mean of f is subtracted from the means of the echoes. Performs worse; kept
   * for comparison.
   */
  readonly centred: boolean;
  /** Whether gradients stop at the echoes and flow through f(x) and S(x) alone. */
  readonly detached: boolean;
}

/**
 * Settings of {@linkcode echoChannel}. Unless given, dMax is 99, the clip is solved from dMax and
 * `meanBound` (.835866), sampling is "withoutReplacement", meanClip is Infinity, and the others are
 * false.
 */
export interface EchoOptions extends Partial<EchoChannel> {
  /**
   * A bound M on |f|. The clip is solved from it where neither clip nor bias is given; 1 unless
   * given.
   */
  readonly meanBound?: number;
  /**
   * The {@linkcode truncationBias} to solve the clip for, in nats per dimension; none unless given.
   */
  readonly bias?: number;
}

const NAMES = [
  ...["dMax", "clip", "sampling", "meanClip", "multiplicative", "centred", "detached"],
  ...["meanBound", "bias"],
];

/**
 * A channel. Unless the clip is given, it is the largest r at which the truncated tail is below one
 * rounding of float32. Where a bias is given, it is the largest r at which the truncation costs no
 * more nats than that.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { echoChannel } from "@echograd/echograd";
 * assertAlmostEquals(echoChannel().clip, 0.835866, 1e-6);
 * ```
 * @throws {RangeError} where a setting is out of range, or both clip and bias are given;
 * {TypeError} for an unknown setting.
 */
export function echoChannel(options: EchoOptions = {}): EchoChannel {
  checkOptions("make an Echo channel", options, ...NAMES);
  const { dMax = 99, meanBound = 1, bias } = options;
  const refuse = (what: string, why: string) => {
    throw new RangeError(`Cannot make an Echo channel with ${what}: ${why}`);
  };
  if (!Number.isInteger(dMax) || dMax < 1) refuse(`dMax ${dMax}`, "it must be a positive integer");
  if (!(meanBound > 0)) refuse(`meanBound ${meanBound}`, "it must be positive");
  if (options.clip !== undefined && bias !== undefined) {
    refuse(`clip ${options.clip} and bias ${bias}`, "one follows from the other");
  }
  const clip = options.clip ??
    (bias === undefined ? solveClip(dMax, meanBound) : solveClipByBias(dMax, bias));
  if (!(clip > 0 && clip <= 1)) refuse(`clip ${clip}`, "it must be above 0 and at most 1");
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
 * The scale r at which the tail left out after d echoes, with means within ±M, is one rounding of
 * float32: the root of M·rᵈ / (1 − r) = 2⁻²³ (appendix C of the paper). For d = 99 and M = 1 it is
 * 0.835866.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { solveClip } from "@echograd/echograd";
 * assertAlmostEquals(solveClip(99, 1), 0.835866, 1e-6);
 * ```
 */
export const solveClip = (d: number, meanBound: number): number =>
  largest((r) => meanBound * r ** d / (1 - r) < 2 ** -23);

/**
 * The information that the rate misses because only d echoes are summed, in nats per dimension,
 * where the scale is the clip:
 *
 *     b(r, d) = ½ log (1 + 1 / Σ_{k=1…d} r⁻²ᵏ) ≈ ½ r²ᵈ·(1 − r²).
 *
 * Let E_d be the noise of d echoes. The code f(x) + S(x)·E_d has the distribution of E_{d+1}. So
 * I(X;Z) = −E log S + h(E_{d+1}) − h(E_d), which is above the rate by h(E_{d+1}) − h(E_d). For
 * Gaussian f and S ≡ r, Var E_d is Var f · Σ_{l<d} r²ˡ, which gives b, whatever Var f is. b grows
 * with r: of all such channels with scales up to the clip, the one at the clip has the most.
 *
 * Worked example: r = ½ and d = 3 give ½ log (1 + 1/(4 + 16 + 64)) = .0059 nats.
 *
 * b is exact for Gaussian channels, a good estimate where E_d is nearly Gaussian, and no bound
 * elsewhere. To first order an independent echo adds ½·J(E_d)·r²ᵈ·Var f to the entropy, with J the
 * Fisher information (de Bruijn's identity). The Gaussian has the least J of all distributions of
 * its variance, so where E_d has edges or atoms the bias is larger. With f = tanh x for x ~ N(0, 1)
 * and six echoes it is 1.04·b at S ≡ .8 and 1.54·b at S ≡ .5. With f = ±1 and S ≡ ½ the code has 2ᵈ
 * atoms, and no entropy at all. Scales that are mostly below the clip, as in a trained model,
 * forget faster and lose less.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { echoChannel, truncationBias } from "@echograd/echograd";
 * const bias = truncationBias(echoChannel({ clip: 0.5, dMax: 3 }));
 * assertAlmostEquals(bias, 0.5 * Math.log(1 + 1 / 84), 1e-9);
 * ```
 * @param echoes the number of echoes summed: dMax, or in a batch of B at most B − 1
 */
export function truncationBias({ clip, dMax }: EchoChannel, echoes: number = dMax): number {
  return gaussianBias(clip, echoes);
}

/**
 * The scale r at which {@linkcode truncationBias} is a given number of nats per dimension. It
 * allows a larger scale, and so a smaller least rate −ln r, than {@linkcode solveClip}: with 99
 * echoes a bias of 1.9e-6 nats allows r = .95, and the least rate is .051 instead of .179 nats per
 * dimension.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { solveClipByBias } from "@echograd/echograd";
 * assertAlmostEquals(solveClipByBias(99, 1.9e-6), 0.95, 1e-3);
 * ```
 * @throws {RangeError} unless the bias is above 0 and below ½ log (1 + 1/d), that of r = 1.
 */
export function solveClipByBias(d: number, bias: number): number {
  const most = gaussianBias(1, d);
  if (!(bias > 0 && bias < most)) {
    const rule = `with ${counted(d, "echo", "echoes")} it must be above 0 and below ${most}`;
    throw new RangeError(`Cannot solve for a clip with bias ${bias}: ${rule}`);
  }
  return largest((r) => gaussianBias(r, d) < bias);
}

function gaussianBias(r: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum = (1 + sum) / r ** 2;
  return 0.5 * Math.log1p(1 / sum);
}

/**
 * The largest r of 0 … 1 at which a condition holds, by bisection. The condition must hold below
 * that r, too.
 */
function largest(holds: (r: number) => boolean): number {
  let low = 0, high = 1;
  for (let i = 0; i < 60; i++) {
    const r = (low + high) / 2;
    if (holds(r)) low = r;
    else high = r;
  }
  return low;
}

/** f(x), with means outside ±meanClip moved to its edge. */
export const clipMean = (mean: Tensor, { meanClip }: EchoChannel): Tensor =>
  meanClip === Infinity ? mean : max(min(mean, meanClip), -meanClip);

/** log S. */
export const logScaleOf = (logScale: Tensor, { clip }: EchoChannel): Tensor =>
  clip === 1 ? logScale : add(logScale, Math.log(clip));

/** The encodings of echoes: the same values, without gradients where the channel is detached. */
export const ofEcho = (x: Tensor, { detached }: EchoChannel): Tensor =>
  detached ? stopGradient(x) : x;

/** The means that the echoes add up. */
export function echoMeans(mean: Tensor, channel: EchoChannel): Tensor {
  const f = clipMean(ofEcho(mean, channel), channel);
  return channel.centred ? sub(f, average(f, { axis: 0, keepDims: true })) : f;
}

/**
 * The row numbers of the echoes of each example, int32 [batch, echoes].
 *
 * @param size the number of rows to draw from
 * @param withBatch whether row i is example i, for all examples of the batch
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
 * The number of distinct echoes of an example.
 *
 * @param size the number of rows to draw from
 * @param withSelf whether the example itself, which is no echo of its own, is one of these rows
 * @throws {RangeError} where there is none.
 */
export function echoCount(size: number, { dMax }: EchoChannel, withSelf: boolean): number {
  const others = withSelf ? size - 1 : size;
  if (others >= 1) return Math.min(dMax, others);
  throw new RangeError(
    `Cannot draw echoes from ${counted(size, "example")}: at least one other is needed`,
  );
}

/**
 * The error of the rate where echoes are encodings by an older encoder.
 *
 * Let q be the density of the noise, whose echoes are old encodings. The old codes f + S·ε have it
 * too, but the new codes, with the new f and S, have another density q'. So I(X;Z) = −E log
 * |S(X)| + h(q') − h(q), and the rate misses h(q') − h(q). For a small change that is −E [∇ log
 * q(z) · (z_now − z_before)], with the same x and ε in both codes. Where q is Gaussian in each
 * dimension, it is ½ Σⱼ log (Var zⱼ now / Var zⱼ before).
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { add, div, exp, log, mul, sqrt, sub } from "../ops/elementwise.ts";
import { mean as average } from "../ops/reduce.ts";
import type { Encodings } from "./sample.ts";
import { clipMean, type EchoChannel, echoMeans, logScaleOf } from "./channel.ts";
import type { Tensor } from "../tensor.ts";

/** The effect of stale echoes, as scalars. */
export interface Staleness {
  /** I(X;Z) minus the rate, in nats. Above 0, the rate is too low. */
  readonly bias: Tensor;
  /**
   * The root mean square move of the codes by the change of the encoder, over their standard
   * deviation.
   */
  readonly drift: Tensor;
}

/**
 * An estimate of the staleness of a pool of echoes, from the old and the new encodings of some
 * examples.
 *
 * The bias is exact for Gaussian channels and any change. Elsewhere it is an estimate, which takes
 * the noise for Gaussian and its dimensions for uncorrelated. For X ~ N(0, 1), f = tanh x, S = .1 +
 * .7·σ(x) and echoes whose means are 1.3 (.8) times the new ones it gives −.191 (+.181); the true
 * bias is −.188 (+.170).
 *
 * Where the pool has encodings of several ages, average the estimates from examples of all ages.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoChannel, echoStaleness, full, key, normal } from "@echograd/echograd";
 * const now = { mean: normal(key(1), [64, 2]), logScale: full([64, 2], -1) };
 * const { bias, drift } = echoStaleness(now, now, now, echoChannel());
 * assertEquals([await bias.item(), await drift.item()], [0, 0]); // nothing has changed
 * ```
 * @param pool the encodings that echoes are drawn from, [pool, latent]
 * @param before some of the pool, or others of the same ages, [n, latent]
 * @param now the same examples by the encoder of now, [n, latent]
 */
export function echoStaleness(
  pool: Encodings,
  before: Encodings,
  now: Encodings,
  channel: EchoChannel,
): Staleness {
  const noise = noiseMoments(pool, channel);
  const [was, is] = [before, now].map((encodings) => codeMoments(encodings, noise, channel));
  const bias = mul(sum(log(div(is.variance, was.variance))), 0.5);
  // E (Δf + ΔS·ε)², where ε does not depend on the example.
  const [f, s] = [sub(is.f, was.f), sub(is.s, was.s)];
  return { bias, drift: sqrt(div(sum(secondMoment(f, s, noise)), sum(was.variance))) };
}

/** E ε and E ε² of each dimension, [1, latent]. */
interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

const expected = (x: Tensor): Tensor => average(x, { axis: 0, keepDims: true });

/** ε has the distribution of f + S·ε, which gives an equation for each of its two moments. */
function noiseMoments(pool: Encodings, channel: EchoChannel): Moments {
  const f = echoMeans(pool.mean, channel), s = scaleOf(pool, channel);
  const first = div(expected(f), sub(1, expected(s)));
  return { first, second: div(mixedMoment(f, s, first), sub(1, expected(mul(s, s)))) };
}

function codeMoments(encodings: Encodings, noise: Moments, channel: EchoChannel) {
  const f = clipMean(encodings.mean, channel), s = scaleOf(encodings, channel);
  const first = add(expected(f), mul(expected(s), noise.first));
  return { f, s, variance: sub(secondMoment(f, s, noise), mul(first, first)) };
}

/** E (f + S·ε)², [1, latent]. */
const secondMoment = (f: Tensor, s: Tensor, { first, second }: Moments): Tensor =>
  add(mixedMoment(f, s, first), mul(second, expected(mul(s, s))));

/** E f² + 2·E ε·E f·S: {@linkcode secondMoment} without the square of the noise. */
const mixedMoment = (f: Tensor, s: Tensor, first: Tensor): Tensor =>
  add(expected(mul(f, f)), mul(mul(first, expected(mul(f, s))), 2));

const scaleOf = ({ logScale }: Encodings, channel: EchoChannel): Tensor =>
  exp(logScaleOf(logScale, channel));

/**
 * What it costs that echoes come from an encoder that has moved on since.
 *
 * Let q be the law of noise whose echoes are encodings of before. It is the law of the codes f + S·ε of before, but those of
 * now, with the f and the S of now, have another law q': I(X;Z) = −E log |S(X)| + h(q') − h(q), and the rate is off by the
 * difference. For a small change that is −E [∇ log q(z) · (z_now − z_before)] with the same x and ε in both; and with a q like
 * a Gaussian in each dimension, ½ Σⱼ log (Var zⱼ now / Var zⱼ before).
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { add, div, exp, log, mul, sqrt, sub } from "../ops/elementwise.ts";
import { mean as average } from "../ops/reduce.ts";
import type { Encodings } from "./sample.ts";
import { clipMean, type EchoChannel, echoMeans, logScaleOf } from "./channel.ts";
import type { Tensor } from "../tensor.ts";

/** How stale echoes are: scalars. */
export interface Staleness {
  /** I(X;Z) minus the rate, in nats: above 0, the codes tell more than the rate says. */
  readonly bias: Tensor;
  /** How far codes move by the change of the encoder, in root mean square, against how far they spread. */
  readonly drift: Tensor;
}

/**
 * An estimate of the staleness of a pool of echoes, from some examples as they are encoded now and as they were before.
 *
 * The bias is of first order in the change, and exact for Gaussian channels (also of any change). Elsewhere it is an estimate:
 * what is not Gaussian of the noise does not count, nor do correlations of dimensions. For X ~ N(0, 1), f = tanh x,
 * S = .1 + .7·σ(x) and echoes whose means are 1.3 (.8) times those of now it gives −.191 (+.181), where −.188 (+.170) is true.
 *
 * Where the pool has encodings of several ages, its noise is that of an encoder whose age is random, so that estimates from
 * examples of all ages are to be averaged.
 *
 * @param pool what the echoes are drawn from, [pool, latent]
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

/** ε has the law of f + S·ε: of the moments' two equations the solution. */
function noiseMoments(pool: Encodings, channel: EchoChannel): Moments {
  const f = echoMeans(pool.mean, channel), s = scaleOf(pool, channel);
  const first = div(expected(f), sub(1, expected(s)));
  const rest = add(expected(mul(f, f)), mul(mul(first, expected(mul(f, s))), 2));
  return { first, second: div(rest, sub(1, expected(mul(s, s)))) };
}

function codeMoments(encodings: Encodings, noise: Moments, channel: EchoChannel) {
  const f = clipMean(encodings.mean, channel), s = scaleOf(encodings, channel);
  const first = add(expected(f), mul(expected(s), noise.first));
  return { f, s, variance: sub(secondMoment(f, s, noise), mul(first, first)) };
}

/** E (f + S·ε)², [1, latent]. */
const secondMoment = (f: Tensor, s: Tensor, { first, second }: Moments): Tensor =>
  add(
    add(expected(mul(f, f)), mul(mul(first, expected(mul(f, s))), 2)),
    mul(second, expected(mul(s, s))),
  );

const scaleOf = ({ logScale }: Encodings, channel: EchoChannel): Tensor =>
  exp(logScaleOf(logScale, channel));

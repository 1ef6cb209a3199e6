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
import { sum } from "../ops/linear.ts";
import { add, exp, mul, neg } from "../ops/elementwise.ts";
import { take } from "../ops/indexing.ts";
import { cumsum } from "../ops/reduce.ts";
import {
  clipMean,
  type EchoChannel,
  echoCount,
  echoMeans,
  echoOrder,
  logScaleOf,
  ofEcho,
} from "./channel.ts";
import { cycleNoise } from "./cycle.ts";
import type { Key } from "../random.ts";
import { sameShape, ShapeError, shapeText } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What an encoder says of some examples. */
export interface Encodings {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** Of which S(x) = clip · e^logScale, [batch, latent]. */
  readonly logScale: Tensor;
}

/** Encodings to draw echoes from. */
export type EchoPool<E = Encodings> = E & {
  /** Whether its first rows are the batch itself, with others after it: none of them is then an echo of its own. */
  readonly withBatch?: boolean;
};

/**
 * The code z of a batch.
 *
 * @param key decides which examples are the echoes of which
 * @param mean f(x), [batch, latent]
 * @param logScale at most 0 (a log-sigmoid, say), [batch, latent]
 * @param channel shared with {@linkcode echoRate}
 * @param pool encodings, [pool, latent], to draw the echoes from instead of the batch
 * @returns z, [batch, latent]
 * @throws {ShapeError} where the shapes are not [batch, latent]; {RangeError} where there is nothing to draw from.
 */
export function echoSample(
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel,
  pool?: EchoPool,
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
  pool?: EchoPool,
): Tensor {
  check(mean, logScale);
  if (pool !== undefined) check(pool.mean, pool.logScale);
  const batch = mean.shape[0];
  const f = echoMeans(pool?.mean ?? mean, channel);
  const logS = logScaleOf(ofEcho(pool?.logScale ?? logScale, channel), channel);
  if (channel.sampling === "cycle" && pool === undefined) {
    return cycleNoise(key, f, exp(logS), echoCount(batch, channel, true));
  }

  const order = echoOrder(key, batch, f.shape[0], channel, pool?.withBatch ?? pool === undefined);
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

function check(mean: Tensor, logScale: Tensor): void {
  if (mean.rank !== 2 || !sameShape(mean.shape, logScale.shape)) {
    throw new ShapeError(
      `Cannot make echoes of means ${shapeText(mean.shape)} and scales ${
        shapeText(logScale.shape)
      }: both must be [batch, latent]`,
    );
  }
}

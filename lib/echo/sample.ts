/**
 * Echo noise (Brekelmans, Moyer, Galstyan and Ver Steeg, "Exact rate-distortion in autoencoders via
 * Echo noise", NeurIPS 2019).
 *
 * An encoder gives a mean f(x) and a scale S(x). The code is z = f(x) + S(x)·ε. The noise is a sum
 * over encodings of other examples, its echoes,
 *
 *     ε = Σ_{l ≥ 0} ( Π_{l' < l} S(x⁽ˡ'⁾) ) · f(x⁽ˡ⁾),
 *
 * with x⁽ˡ⁾ independent draws from the same population as x. So ε has the distribution of z, and
 * the mutual information is exactly −E Σⱼ log Sⱼ(X) nats: lib/echo/rate.ts has the proof.
 *
 * @module
 */
import { sum } from "../ops/linear.ts";
import { add, exp, mul } from "../ops/elementwise.ts";
import { take } from "../ops/indexing.ts";
import { cumsum } from "../ops/reduce.ts";
import {
  clipMean,
  type EchoChannel,
  echoChannel,
  echoCount,
  echoMeans,
  echoOrder,
  logScaleOf,
  ofEcho,
} from "./channel.ts";
import { cycleNoise } from "./cycle.ts";
import type { Key } from "../random.ts";
import { sameShape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The output of an encoder for some examples. */
export interface Encodings {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** The scale is S(x) = clip · e^logScale, [batch, latent]. */
  readonly logScale: Tensor;
}

/** Encodings to draw echoes from. */
export type EchoPool<E = Encodings> = E & {
  /**
   * Whether the first rows of the pool are the batch itself. No example is then drawn as its own
   * echo.
   */
  readonly withBatch?: boolean;
};

/**
 * The code z of a batch.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoSample, full, key, normal } from "@echograd/echograd";
 * const [mean, logScale] = [normal(key(2), [8, 2]), full([8, 2], -1)];
 * assertEquals(echoSample(key(1), mean, logScale).shape, [8, 2]);
 * ```
 * @param key decides the echoes of each example
 * @param mean f(x), [batch, latent]
 * @param logScale at most 0 (a log-sigmoid, say), [batch, latent]
 * @param channel the same as for {@linkcode echoRate}; `echoChannel()` unless given
 * @param pool encodings, [pool, latent], to draw the echoes from instead of the batch
 * @returns z, [batch, latent]
 * @throws {ShapeError} where the shapes are not [batch, latent]; {RangeError} where there is
 * nothing to draw from.
 */
export function echoSample(
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel = echoChannel(),
  pool?: EchoPool,
): Tensor {
  const z = echoCode(echoNoise(key, mean, logScale, channel, pool), mean, logScale, channel);
  return channel.multiplicative ? exp(z) : z;
}

/**
 * The code of a given noise, f(x) + S(x)·ε, before the exponential of a multiplicative channel.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { echoChannel, echoCode, tensor, zeros } from "@echograd/echograd";
 * const z = echoCode(tensor([[2]]), tensor([[10]]), zeros([1, 1]), echoChannel({ clip: 0.5 }));
 * assertAlmostEquals(await z.item(), 10 + 0.5 * 2, 1e-5);
 * ```
 * @param noise ε, [batch, latent], or several for each example, [samples, batch, latent]
 * @returns codes of the shape of the noise
 */
export const echoCode = (
  noise: Tensor,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel = echoChannel(),
): Tensor => add(clipMean(mean, channel), mul(exp(logScaleOf(logScale, channel)), noise));

/**
 * The noise ε of a batch, [batch, latent]; arguments as for {@linkcode echoSample}.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { echoChannel, echoNoise, full, key, zeros } from "@echograd/echograd";
 * const channel = echoChannel({ clip: 0.5, dMax: 3 });
 * const [first] = await echoNoise(key(1), full([8, 1], 1), zeros([8, 1]), channel).read();
 * assertAlmostEquals(first, 1 + 1 / 2 + 1 / 4, 1e-5);
 * ```
 */
export function echoNoise(
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel = echoChannel(),
  pool?: EchoPool,
): Tensor {
  const from: EchoPool = pool ?? { mean, logScale, withBatch: true };
  check(mean, logScale);
  check(from.mean, from.logScale);
  const batch = mean.shape[0];
  const f = echoMeans(from.mean, channel);
  const logS = logScaleOf(ofEcho(from.logScale, channel), channel);
  if (channel.sampling === "cycle" && pool === undefined) {
    return cycleNoise(key, f, exp(logS), echoCount(batch, channel, true));
  }

  const order = echoOrder(key, batch, f.shape[0], channel, from.withBatch ?? false);
  // [batch, echo, latent]: the mean of each echo is weighted by the product of the scales of the
  // echoes before it. All dimensions take the same echoes: otherwise the rate would only be a bound
  // (lib/echo/rate.ts).
  const weights = exp(cumsum(take(logS, order), { axis: 1, exclusive: true }));
  return sum(mul(take(f, order), weights), { axis: 1 });
}

function check(mean: Tensor, logScale: Tensor): void {
  if (mean.rank !== 2 || !sameShape(mean.shape, logScale.shape)) {
    throw shapeError`Cannot make echoes of means ${mean.shape} and scales ${logScale.shape}: both must be [batch, latent]`;
  }
}

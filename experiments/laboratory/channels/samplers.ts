/**
 * A second implementation of Echo noise, straight from the definition. It also draws echoes in ways
 * that the library does not offer, whose information differs from the rate by a known amount.
 *
 * @module
 */
import {
  add,
  cast,
  concat,
  cumsum,
  type EchoChannel,
  exp,
  expandDims,
  greaterEqual,
  iota,
  type Key,
  mul,
  permutations,
  randomInts,
  slice,
  sum,
  take,
  type Tensor,
} from "../../../mod.ts";
import type { Sampler } from "./draws.ts";

/** Chooses the rows that are the echoes of each example, int32 [batch, echoes]. */
export type Order = (key: Key, batch: number, dMax: number) => Tensor;

/** The ways to draw echoes from the batch. */
export type Mode =
  | "without replacement"
  | "self included"
  | "with replacement"
  | "with replacement, self excluded";

/** The order of each way. */
export const orders: Record<Mode, Order> = {
  /** Distinct other examples: the exact way. */
  "without replacement": (key, batch, dMax) =>
    permutations(key, batch, batch, {
      exclude: iota([batch]),
      take: Math.min(dMax, batch - 1),
    }),
  /** Distinct examples, possibly including the example itself. */
  "self included": (key, batch, dMax) =>
    permutations(key, batch, batch, { take: Math.min(dMax, batch) }),
  /** Independent draws from all examples, as with `replace=True` in the original code. */
  "with replacement": (key, batch, dMax) => randomInts(key, [batch, dMax], batch),
  /** Independent draws from the other examples. */
  "with replacement, self excluded": (key, batch, dMax) => {
    const other = randomInts(key, [batch, dMax], batch - 1);
    return add(other, cast(greaterEqual(other, expandDims(iota([batch]), 1)), "int32"));
  },
};

/** log S, including the clip. */
export const scaled = (logScale: Tensor, { clip }: EchoChannel): Tensor =>
  add(logScale, Math.log(clip));

/** Computes ε from the echoes and from f(x) and log S(x) of all examples, [batch, latent]. */
type NoiseOf = (echoes: Tensor, mean: Tensor, logS: Tensor) => Tensor;

/** The noise as defined: each echo has the product of the scales before it as its weight. */
export const noiseOf: NoiseOf = (echoes, mean, logS) => {
  const weights = exp(cumsum(take(logS, echoes), { axis: 1, exclusive: true }));
  return sum(mul(take(mean, echoes), weights), { axis: 1 });
};

/** A sampler with the given order of echoes. It reads only clip and dMax of the channel. */
export const plainEcho =
  (order: Order, noiseBy: NoiseOf = noiseOf): Sampler => (key, mean, logScale, channel) => {
    const logS = scaled(logScale, channel);
    const noise = noiseBy(order(key, mean.shape[0], channel.dMax), mean, logS);
    return { noise, z: add(mean, mul(exp(logS), noise)) };
  };

/** A sampler that gives each half of the latent dimensions a sampler, and so echoes, of its own. */
export const perHalf =
  (...samplers: readonly [Sampler, Sampler]): Sampler => (key, mean, logScale, channel) => {
    const [batch, latent] = mean.shape;
    const half = Math.ceil(latent / 2);
    const [low, high] = [[0, half], [half, latent - half]].map(([from, count], i) => {
      const part = (x: Tensor) => slice(x, [0, from], [batch, count]);
      return samplers[i](key, part(mean), part(logScale), channel);
    });
    return { noise: concat([low.noise, high.noise], 1), z: concat([low.z, high.z], 1) };
  };

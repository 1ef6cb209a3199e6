/**
 * Echo noise written a second time, as plainly as the definition, for the ways to draw echoes that the library does not offer:
 * each has an information that differs from the rate by a known amount.
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

/** Which rows are the echoes of each example of a batch, int32 [batch, echoes]. */
export type Order = (key: Key, batch: number, dMax: number) => Tensor;

/** Ways to draw echoes from the batch. */
export type Mode =
  | "without replacement"
  | "self included"
  | "with replacement"
  | "with replacement, self excluded";

/** How each of them chooses. */
export const orders: Record<Mode, Order> = {
  /** Distinct others: the one that is exact. */
  "without replacement": (key, batch, dMax) =>
    permutations(key, batch, batch, {
      exclude: iota([batch]),
      take: Math.min(dMax, batch - 1),
    }),
  /** Distinct examples, the example itself perhaps among them. */
  "self included": (key, batch, dMax) =>
    permutations(key, batch, batch, { take: Math.min(dMax, batch) }),
  /** Any examples, each time anew, as the original's `replace=True`. */
  "with replacement": (key, batch, dMax) => randomInts(key, [batch, dMax], batch),
  /** Any others, each time anew. */
  "with replacement, self excluded": (key, batch, dMax) => {
    const other = randomInts(key, [batch, dMax], batch - 1);
    return add(other, cast(greaterEqual(other, expandDims(iota([batch]), 1)), "int32"));
  },
};

/** log S, the clip in it. */
export const scaled = (logScale: Tensor, { clip }: EchoChannel): Tensor =>
  add(logScale, Math.log(clip));

/** ε out of some echoes, given f(x) and log S(x) of all examples, [batch, latent] both. */
export type Noise = (echoes: Tensor, mean: Tensor, logS: Tensor) => Tensor;

/** As it is defined. */
export const noiseOf: Noise = (echoes, mean, logS) => {
  const weights = exp(cumsum(take(logS, echoes), { axis: 1, exclusive: true }));
  return sum(mul(take(mean, echoes), weights), { axis: 1 });
};

/** The sampler that draws echoes in some way; of the channel it reads clip and dMax. */
export const plainEcho =
  (order: Order, noiseBy: Noise = noiseOf): Sampler => (key, mean, logScale, channel) => {
    const logS = scaled(logScale, channel);
    const noise = noiseBy(order(key, mean.shape[0], channel.dMax), mean, logS);
    return { noise, z: add(mean, mul(exp(logS), noise)) };
  };

/** A sampler that has one for each half of the latent dimensions, and so echoes of its own for each. */
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

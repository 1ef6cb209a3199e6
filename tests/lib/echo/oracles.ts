/**
 * What a sampler must satisfy, as functions of the sampler: the tests ask them of the library, and
 * of the mutants.
 *
 * @module
 */
import {
  type Device,
  echoChannel,
  jit,
  type Key,
  key,
  sum,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import {
  generator,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  zOfCorrelation,
  zOfVariance,
} from "../../fixtures/statistics.ts";
import { type ClosedForm, gauss } from "../../../experiments/laboratory/channels/channels.ts";
import {
  draw,
  type DrawOptions,
  libraryEcho,
  type Sampler,
} from "../../../experiments/laboratory/channels/draws.ts";

/** The gaps of Kolmogorov and Smirnov beyond which 20,000 draws are not of a law. */
export const GAP_LIMIT: number = kolmogorovSmirnovLimit(20_000);

/**
 * How far the laws of 20,000 draws of ε and of z are from the closed form, of a channel of one
 * dimension.
 */
export async function lawGaps(
  { encode, statistics: [{ cdf }] }: ClosedForm,
  options: DrawOptions = {},
): Promise<{ noise: number; z: number }> {
  const { noise, z } = await draw(encode, options);
  return { noise: kolmogorovSmirnov(noise, cdf), z: kolmogorovSmirnov(z, cdf) };
}

/**
 * By how many standard errors the moments of the Gaussian channel of scale s are off, in 20,000
 * draws.
 */
export async function momentErrors(
  s: number,
  options: DrawOptions = {},
): Promise<{ dependence: number; noiseVariance: number; variance: number }> {
  const { x, noise, z } = await draw(gauss(s).encode, options);
  return {
    dependence: zOfCorrelation(x, noise),
    noiseVariance: zOfVariance(noise, 1),
    variance: zOfVariance(z, 1),
  };
}

/**
 * How far the codes of a batch are from telescoping. Where f_k = 1 − S in one dimension k, and 0 in
 * the others, and the echoes are all other examples, the terms of Σ_k z_k cancel, for any S and in
 * any order:
 *
 *     1 − Σ_k z_k = Π_i S(x⁽ⁱ⁾), the product over the whole batch.
 *
 * It takes that every weight is in its place, that no example is its own echo or comes twice, and
 * that the order is the same in all dimensions. No statistics are needed.
 */
export async function telescopingError(
  logScales: readonly number[],
  dimensions: number,
  { sampler = libraryEcho, seed = 1, channel = echoChannel({ clip: 1 }) }: DrawOptions = {},
): Promise<number> {
  const random = generator(seed);
  const shape = [logScales.length, dimensions];
  const scales = logScales.map((logScale) => channel.clip * Math.exp(logScale));
  const logScale = logScales.flatMap((value) => new Array<number>(dimensions).fill(value));
  const mean = scales.flatMap((s) => {
    const hot = Math.floor(dimensions * random());
    return Array.from({ length: dimensions }, (_, k) => k === hot ? 1 - s : 0);
  });
  const { z } = sampler(key(seed), tensor(mean, { shape }), tensor(logScale, { shape }), channel);
  const product = scales.reduce((a, b) => a * b, 1);
  const totals = await sum(z, { axis: 1 }).read();
  return Math.max(...Array.from(totals, (total) => Math.abs(1 - total - product)));
}

/**
 * The echoes that the examples of a batch get, as bit masks, for some keys: with S = 1 and f = 2ⁱ
 * for example i, the noise is the sum of the bits of its echoes. At most 20 examples.
 */
export async function echoMasks(
  batch: number,
  dMax: number,
  keys: readonly Key[],
  { sampler = libraryEcho, device }: { readonly sampler?: Sampler; readonly device?: Device } = {},
): Promise<number[][]> {
  const channel = echoChannel({ dMax, clip: 1 });
  const mean = tensor(Array.from({ length: batch }, (_, i) => [2 ** i]));
  const step = jit(
    (key: Key, mean: Tensor, logScale: Tensor) => sampler(key, mean, logScale, channel).noise,
    { device },
  );
  const zero = tensor(new Array(batch).fill([0]));
  const masks: number[][] = [];
  for (const key of keys) masks.push([...await step(key, mean, zero).read()]);
  return masks;
}

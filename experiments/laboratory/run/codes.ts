/**
 * Codes of a trained model, by where their echoes are from.
 *
 * @module
 */
import {
  type EchoChannel,
  echoNoise,
  echoSample,
  type Encodings,
  foldIn,
  jit,
  type Key,
  permutation,
  permutations,
  randomInts,
  split as splitKey,
  type Tensor,
} from "../../../mod.ts";
import type { Codes } from "../channels/estimates.ts";
import { rowsOf, type Split } from "./trained.ts";

/** Codes, and of which images they are. */
export interface DrawnCodes extends Codes {
  /** The image of each code, by its number in the split. */
  readonly of: Int32Array;
}

/** Codes that are drawn in one call. */
const CALL = 500;

/** The library's sampler, as a program of its own; the number of a call is an argument, so that one program draws them all. */
const sampler = (channel: EchoChannel) =>
  jit((key: Key, call: Tensor, { mean, logScale }: Encodings, ...[pool]: Encodings[]) => {
    const own = foldIn(key, call);
    return {
      noise: echoNoise(own, mean, logScale, channel, pool),
      z: echoSample(own, mean, logScale, channel, pool),
    };
  });

/** How many batches there are at least, so that it shows how much they vary. */
const BATCHES = 100;

/**
 * Codes with echoes from their batch, as in training: those of a batch share echoes. All images are gone through, in batches of a
 * random order, as often as it takes for enough batches; those that do not fill one are left out.
 */
export async function codesOfBatches(
  split: Split,
  channel: EchoChannel,
  batch: number,
  key: Key,
): Promise<DrawnCodes> {
  const { count } = split.images;
  const size = Math.min(batch, count), inPass = Math.floor(count / size);
  const passes = Math.ceil(BATCHES / inPass), inBatches = inPass * size;
  const [ofOrders, ofCodes] = splitKey(key);
  const orders = await permutations(ofOrders, passes, count, { take: inBatches }).read();
  const step = sampler(channel);
  return await collect(
    split,
    channel,
    Int32Array.from(orders),
    size,
    size,
    (i, rows) => step(ofCodes, i, rowsOf(split, rows)),
  );
}

/**
 * Codes with echoes from all images of a pool, each drawn anew from all of them: independent draws from the population that the
 * pool is. In it, code and noise have one law, whatever the encoder says.
 */
export async function codesOfPool(
  split: Split,
  of: Int32Array,
  pool: Split,
  channel: EchoChannel,
  key: Key,
): Promise<DrawnCodes> {
  const step = sampler({ ...channel, sampling: "withReplacement" });
  const all = rowsOf(pool, Int32Array.from({ length: pool.images.count }, (_, i) => i));
  const count = Math.min(CALL, of.length);
  const whole = of.subarray(0, of.length - of.length % count);
  return await collect(
    split,
    channel,
    whole,
    count,
    1,
    (i, rows) => step(key, i, rowsOf(split, rows), all),
  );
}

/** Codes for which every image is used once, for one code or as one echo: independent draws, whatever the population. */
export async function codesOfFreshImages(
  split: Split,
  channel: EchoChannel,
  key: Key,
): Promise<DrawnCodes> {
  const order = await shuffled(split, key);
  const size = Math.min(channel.dMax + 1, order.length);
  const firsts = Int32Array.from(
    { length: Math.floor(order.length / size) },
    (_, i) => order[i * size],
  );
  const step = sampler({ ...channel, sampling: "withoutReplacement" });
  return await collect(split, channel, firsts, 1, 1, (i, rows) => {
    const others = rowsOf(split, order.subarray(i * size + 1, (i + 1) * size));
    return step(key, i, rowsOf(split, rows), others);
  });
}

/** All images, in a random order. */
export const shuffled = async ({ images }: Split, key: Key): Promise<Int32Array> =>
  Int32Array.from(await permutation(key, images.count).read());

/** Some images, each drawn from all. */
export const anyOf = async ({ images }: Split, count: number, key: Key): Promise<Int32Array> =>
  Int32Array.from(await randomInts(key, [count], images.count).read());

/** Draws codes of images in calls of a size. */
async function collect(
  split: Split,
  channel: EchoChannel,
  of: Int32Array,
  size: number,
  batch: number,
  draw: (call: number, rows: Int32Array) => { noise: Tensor; z: Tensor },
): Promise<DrawnCodes> {
  const dimensions = split.mean.length / split.images.count;
  const noise = new Float64Array(of.length * dimensions);
  const z = new Float64Array(of.length * dimensions);
  for (let first = 0; first < of.length; first += size) {
    const drawn = draw(first / size, of.subarray(first, first + size));
    noise.set(await drawn.noise.read(), first * dimensions);
    z.set(await drawn.z.read(), first * dimensions);
    drawn.noise.dispose();
    drawn.z.dispose();
  }
  return { dimensions, batch, of, noise, z, ...ratesOf(split, channel, of) };
}

/** What is known of the scales of some images: log |det S(x)| by its definition, and the rate by the library. */
export function ratesOf(
  { logScale, rate }: Split,
  { clip }: EchoChannel,
  of: Int32Array,
): { logDeterminant: Float64Array; rate: Float64Array } {
  const latent = logScale.length / rate.length;
  const logDeterminant = Float64Array.from(of, (row) => {
    const scales = logScale.subarray(row * latent, (row + 1) * latent);
    return scales.reduce((sum, value) => sum + value, latent * Math.log(clip));
  });
  return { logDeterminant, rate: Float64Array.from(of, (row) => rate[row]) };
}

/**
 * Draws codes of a trained model with echoes from different sources.
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
import type { EchoCodes } from "../channels/draws.ts";
import { rowsOf, type Split } from "./trained.ts";

/** Codes of images. */
export interface DrawnCodes extends EchoCodes {
  /** The index of the image of each code in its split. */
  readonly of: Int32Array;
}

/** The number of codes that one call draws. */
const CALL = 500;

/**
 * The library's sampler. The number of the call is an argument, so one compiled program serves all
 * calls.
 */
const sampler = (channel: EchoChannel) =>
  jit((key: Key, call: Tensor, { mean, logScale }: Encodings, ...[pool]: Encodings[]) => {
    const own = foldIn(key, call);
    return {
      noise: echoNoise(own, mean, logScale, channel, pool),
      z: echoSample(own, mean, logScale, channel, pool),
    };
  });

/** The least number of batches, so that their variance can be estimated. */
const BATCHES = 100;

/**
 * Codes with echoes from their batch, as in training. Instead of a cycle, each code has an order of
 * its own, which is the same law: along a cycle the noises of a batch are its codes, and comparing
 * them shows nothing. Each pass draws the images in a random order
 * and leaves out those that do not fill a batch. There are enough passes for BATCHES batches.
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
  const { sampling } = channel;
  const step = sampler({
    ...channel,
    sampling: sampling === "cycle" ? "withoutReplacement" : sampling,
  });
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
 * Codes with echoes drawn independently from all images of a pool. If the coded images are
 * independent draws from the same pool, code and noise have exactly one law, for any encoder.
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

/** Independent codes: every image is used once, either for a code or as an echo. */
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

/** The indices of all images in a random order. */
export const shuffled = async ({ images }: Split, key: Key): Promise<Int32Array> =>
  Int32Array.from(await permutation(key, images.count).read());

/** The indices of images that are drawn independently from all. */
export const anyOf = async ({ images }: Split, count: number, key: Key): Promise<Int32Array> =>
  Int32Array.from(await randomInts(key, [count], images.count).read());

/** Draws the codes of images, `size` codes a call. */
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

/** log |det S(x)| by its definition, and the rate that the library reports, for some images. */
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

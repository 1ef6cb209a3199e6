/**
 * Independent draws of Echo codes.
 *
 * Codes of one batch share their echoes and so depend on each other. But two groups of latent
 * dimensions whose examples are independent give independent codes. So every group of columns is a
 * batch of its own, of which one code is kept: group g keeps row g modulo the batch size. Dimension
 * k of group g is in column k·groups + g.
 *
 * @module
 */
import {
  type EchoChannel,
  echoChannel,
  echoNoise,
  echoRate,
  echoSample,
  foldIn,
  jit,
  type Key,
  key,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { generator } from "../statistics/generator.ts";
import type { Encode } from "./channels.ts";

/** Makes codes from encodings [batch, latent]: the library, or a variant to compare with it. */
export type Sampler = (
  key: Key,
  mean: Tensor,
  logScale: Tensor,
  channel: EchoChannel,
) => { readonly noise: Tensor; readonly z: Tensor };

/** The sampler under test. */
export const libraryEcho: Sampler = (key, mean, logScale, channel) => ({
  noise: echoNoise(key, mean, logScale, channel),
  z: echoSample(key, mean, logScale, channel),
});

/** Settings of {@linkcode draw}. */
export interface DrawOptions {
  readonly sampler?: Sampler;
  readonly seed?: number;
  /** The number of draws, 20,000 by default. */
  readonly n?: number;
  /** The number of examples in a batch, 24 by default: echoes after the 23rd are negligible. */
  readonly batch?: number;
  readonly channel?: EchoChannel;
  /**
   * The number of codes that share one random order of echoes, 64 by default. Without replacement
   * every order gives the same law, so sharing does no harm. Use 1 where the law depends on the
   * order.
   */
  readonly perOrder?: number;
}

/** n codes with their noise. */
export interface EchoCodes {
  readonly dimensions: number;
  /** The number of consecutive codes that share echoes, 1 by default: then all are independent. */
  readonly batch?: number;
  /** [n, dimensions]. */
  readonly noise: Float64Array;
  /** [n, dimensions]. */
  readonly z: Float64Array;
  /** log |det S(x)| as the encoder defines it, [n]. */
  readonly logDeterminant: Float64Array;
  /** The rate that the library reports, in nats, [n]. */
  readonly rate: Float64Array;
}

/** n independent codes with the examples that they encode. */
export interface Draws extends EchoCodes {
  /** The examples, [n]. */
  readonly x: Float64Array;
  /** f(x), [n, dimensions]. */
  readonly mean: Float64Array;
}

/** The approximate number of values in the means of one call. */
const CALL_SIZE = 80_000;

/** n independent draws of a channel. */
export async function draw(encode: Encode, options: DrawOptions = {}): Promise<Draws> {
  const { sampler = libraryEcho, seed = 1, n = 20_000, batch = 24, perOrder = 64 } = options;
  const channel = options.channel ?? echoChannel({ clip: 1 });
  const random = generator(seed);
  const dimensions = encode(generator(seed)).mean.length;
  const fitting = Math.max(1, Math.floor(CALL_SIZE / batch / dimensions));
  const most = Math.min(perOrder * batch, fitting);
  const seedKey = key(seed);
  // The number of the call is an argument, so that one compiled program serves all calls.
  const step = jit((call: Tensor, mean: Tensor, logScale: Tensor, kept: Tensor) => ({
    ...sampler(foldIn(seedKey, call), mean, logScale, channel),
    rate: echoRate(kept, channel),
  }));
  const draws = {
    dimensions,
    x: new Float64Array(n),
    mean: new Float64Array(n * dimensions),
    logDeterminant: new Float64Array(n),
    rate: new Float64Array(n),
    noise: new Float64Array(n * dimensions),
    z: new Float64Array(n * dimensions),
  };
  for (let first = 0; first < n; first += most) {
    const groups = Math.min(most, n - first), columns = groups * dimensions;
    const shape = [batch, columns];
    const mean = new Float32Array(batch * columns), logScale = new Float32Array(batch * columns);
    const kept = new Float32Array(columns);
    for (let row = 0; row < batch; row++) {
      for (let group = 0; group < groups; group++) {
        const encoding = encode(random);
        const isKept = row === group % batch;
        if (isKept) draws.x[first + group] = encoding.x;
        for (let k = 0; k < dimensions; k++) {
          const at = row * columns + k * groups + group;
          mean[at] = encoding.mean[k];
          // The library computes S = clip · e^logScale, so the clip is divided out here.
          logScale[at] = encoding.logScale[k] - Math.log(channel.clip);
          if (!isKept) continue;
          draws.mean[(first + group) * dimensions + k] = encoding.mean[k];
          draws.logDeterminant[first + group] += encoding.logScale[k];
          kept[group * dimensions + k] = logScale[at];
        }
      }
    }
    const result = step(
      first / most,
      tensor(mean, { shape }),
      tensor(logScale, { shape }),
      tensor(kept, { shape: [groups, dimensions] }),
    );
    draws.rate.set(await result.rate.read(), first);
    const noise = await result.noise.read(), z = await result.z.read();
    for (let group = 0; group < groups; group++) {
      for (let k = 0; k < dimensions; k++) {
        const at = (group % batch) * columns + k * groups + group;
        draws.noise[(first + group) * dimensions + k] = noise[at];
        draws.z[(first + group) * dimensions + k] = z[at];
      }
    }
    for (const used of [result.noise, result.z, result.rate]) used.dispose();
  }
  return draws;
}

/**
 * Independent draws of Echo codes.
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

/** What makes codes of encodings, [batch, latent] both: the library, or something to tell from it. */
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
  /** How many draws; 20,000 unless given. */
  readonly n?: number;
  /** Examples of a batch; 24 unless given: what comes after 23 echoes does not count. */
  readonly batch?: number;
  readonly channel?: EchoChannel;
  /**
   * How many codes have their echoes in the same places; 64 unless given. The law of a code without replacement is that of any
   * places, so it does no harm; where it depends on them, it takes 1.
   */
  readonly perOrder?: number;
}

/** n draws, a row each. */
export interface Draws {
  readonly dimensions: number;
  /** The examples, [n]. */
  readonly x: Float64Array;
  /** f(x), [n, dimensions]. */
  readonly mean: Float64Array;
  /** log |det S(x)|, as the encoder wants it, [n]. */
  readonly logDeterminant: Float64Array;
  /** The rate that the library gives, nats, [n]. */
  readonly rate: Float64Array;
  /** [n, dimensions]. */
  readonly noise: Float64Array;
  /** [n, dimensions]. */
  readonly z: Float64Array;
}

/** Numbers in the means of a call, about. */
const CALL_SIZE = 80_000;

/**
 * n *independent* draws of a channel.
 *
 * The codes of one batch share echoes, so they are not independent. But latent dimensions that are given examples of their
 * own are: a group of them is a batch of its own. So one code is kept of every group, of a row that goes round the batch. Column
 * k·groups + g has dimension k of group g. The groups of a call have the places of their echoes in common.
 */
export async function draw(encode: Encode, options: DrawOptions = {}): Promise<Draws> {
  const { sampler = libraryEcho, seed = 1, n = 20_000, batch = 24, perOrder = 64 } = options;
  const channel = options.channel ?? echoChannel({ clip: 1 });
  const random = generator(seed);
  const dimensions = encode(generator(seed)).mean.length;
  const fitting = Math.max(1, Math.floor(CALL_SIZE / batch / dimensions));
  const most = Math.min(perOrder * batch, fitting);
  const seedKey = key(seed);
  // As an argument, the number of the call is a tensor: one program draws them all.
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
          // S = clip · e^logScale: the scale that the encoder wants, whatever the clip.
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

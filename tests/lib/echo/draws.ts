/**
 * Independent draws of Echo codes.
 *
 * @module
 */
import {
  type EchoChannel,
  echoChannel,
  echoNoise,
  echoSample,
  jit,
  type Key,
  key,
  split,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { generator } from "../../statistics.ts";
import type { Encode } from "./channels.ts";

/** What makes codes of encodings: the library, or something to tell from it. */
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
}

/** n draws: the example, its log S(x), its noise and its code. */
export interface Draws {
  readonly x: Float64Array;
  readonly logScale: Float64Array;
  readonly noise: Float64Array;
  readonly z: Float64Array;
}

/** Encodings of a call. */
const CALL_SIZE = 80_000;

/**
 * n *independent* draws of a channel of one dimension.
 *
 * The codes of one batch share echoes, so they are not independent. But latent dimensions that are given examples of their
 * own are: each is a batch of its own, and that they share the order of the echoes does no harm. So one code is kept of
 * every dimension, of a row that goes round the batch.
 */
export async function draw(encode: Encode, options: DrawOptions = {}): Promise<Draws> {
  const { sampler = libraryEcho, seed = 1, n = 20_000, batch = 24 } = options;
  const channel = options.channel ?? echoChannel({ clip: 1 });
  const random = generator(seed);
  const most = Math.floor(CALL_SIZE / batch);
  const calls = Math.ceil(n / most);
  const step = jit((key: Key, mean: Tensor, logScale: Tensor) =>
    sampler(key, mean, logScale, channel)
  );
  const draws: Draws = {
    x: new Float64Array(n),
    logScale: new Float64Array(n),
    noise: new Float64Array(n),
    z: new Float64Array(n),
  };
  for (const [call, callKey] of split(key(seed), calls).entries()) {
    const first = call * most;
    const columns = Math.min(most, n - first);
    const shape = [batch, columns];
    const mean = new Float32Array(batch * columns), logScale = new Float32Array(batch * columns);
    for (let at = 0; at < batch * columns; at++) {
      const row = Math.floor(at / columns), column = at % columns;
      const encoding = encode(random);
      mean[at] = encoding.mean;
      // S = clip · e^logScale: the scale that the encoder wants, whatever the clip.
      logScale[at] = encoding.logScale - Math.log(channel.clip);
      if (row !== column % batch) continue;
      draws.x[first + column] = encoding.x;
      draws.logScale[first + column] = encoding.logScale;
    }
    const result = step(callKey, tensor(mean, { shape }), tensor(logScale, { shape }));
    const noise = await result.noise.read(), z = await result.z.read();
    for (let column = 0; column < columns; column++) {
      const at = (column % batch) * columns + column;
      draws.noise[first + column] = noise[at];
      draws.z[first + column] = z[at];
    }
    result.noise.dispose();
    result.z.dispose();
  }
  return draws;
}

/**
 * An Echo channel of one or two dimensions with settings by which its formula holds or fails, and
 * three numbers for its information: the formula, an estimate by nearest neighbours, and InfoNCE.
 *
 * @module
 */

import {
  add,
  concat,
  echoChannel,
  echoCode,
  echoNoise,
  echoRate,
  type Key,
  key,
  logSigmoid,
  matmul,
  mean,
  mul,
  normal,
  readTree,
  slice,
  split,
  tanh,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { infoNceBound } from "../../lib/information/bounds.ts";
import { ksgInformation } from "../../lib/information/neighbours.ts";
import { densityOf } from "./density.ts";

/** The settings of the channel. */
export interface ChannelSettings {
  dimensions: number;
  /** f(x) = a·x, or a·tanh x, for x ~ N(0, I). In two dimensions the second one is .8 x₁ + .6 x₂. */
  shape: "linear" | "tanh";
  /** a. */
  gain: number;
  /** The scale S, or its largest value. */
  scale: number;
  /** Whether S depends on x: S(x) = scale·σ(2x). */
  varies: boolean;
  /** The number of echoes in ε. */
  echoes: number;
  /** Whether the first echo is the example itself, which the formula forbids. */
  self: boolean;
  /** Whether each dimension draws echoes of its own, which makes the formula an upper bound. */
  apart: boolean;
  /** The clip that the formula takes over the clip that the sampler has; 1 is right. */
  mismatch: number;
}

/** What the page shows of a channel. */
export interface ChannelView {
  dimensions: number;
  /** Draws of the code and of the noise, [draws, dimensions]. */
  z: Float32Array;
  noise: Float32Array;
  /** In nats. */
  formula: number;
  neighbours: { nats: number; standardError: number };
  infoNce: number;
}

/** The number of draws. */
const DRAWS = 2000;
/** The number of examples that InfoNCE tells apart: it is at most log 500 = 6.2 nats. */
const EXAMPLES = 500;

/** Draws of a channel, each [draws, dimensions]. */
export interface ChannelDraws {
  x: Tensor;
  f: Tensor;
  logScale: Tensor;
  noise: Tensor;
  z: Tensor;
  /** −E Σ log S(x), in nats. */
  rate: Tensor;
}

/** Draws x, ε and z. */
export function drawChannel(own: Key, settings: ChannelSettings, draws: number): ChannelDraws {
  const { dimensions, shape, gain, scale, varies, echoes, self, apart } = settings;
  const [forX, forPool, forNoise] = split(own, 3);
  function encode(x: Tensor): { mean: Tensor; logScale: Tensor } {
    const mixed = dimensions === 1 ? x : matmul(x, tensor([[1, 0.8], [0, 0.6]]));
    const shares = varies ? logSigmoid(mul(x, 2)) : mul(x, 0);
    return {
      mean: mul(shape === "tanh" ? tanh(mixed) : mixed, gain),
      logScale: add(shares, Math.log(scale)),
    };
  }
  const x = normal(forX, [draws, dimensions]);
  const { mean: f, logScale: ofX } = encode(x);
  // Echoes come from examples of their own, so that none is by chance the example itself.
  const pool = encode(normal(forPool, [draws, dimensions]));
  const channel = echoChannel({ clip: 1, dMax: echoes, sampling: "withReplacement" });
  const noiseOf = (own: Key, d: number, count: number) => {
    const columns = (of: Tensor) => slice(of, [0, d], [draws, count]);
    const [mean, logScale] = [columns(pool.mean), columns(pool.logScale)];
    return echoNoise(own, columns(f), columns(ofX), channel, { mean, logScale });
  };
  const others = apart
    ? concat(split(forNoise, dimensions).map((own, d) => noiseOf(own, d, 1)), 1)
    : noiseOf(forNoise, 0, dimensions);
  const noise = self ? echoCode(others, f, ofX, channel) : others;
  const z = echoCode(noise, f, ofX, channel);
  return { x, f, logScale: ofX, noise, z, rate: mean(echoRate(ofX, channel)) };
}

/** The draws of a channel and the three numbers. */
export async function viewChannel(settings: ChannelSettings): Promise<ChannelView> {
  const { dimensions, mismatch } = settings;
  const drawn = await readTree(drawChannel(key(1), settings, DRAWS));
  const [x, f, logScale, noise, z] = [drawn.x, drawn.f, drawn.logScale, drawn.noise, drawn.z]
    .map((values) => values as Float32Array);
  const points = (values: Float32Array) => ({ values, dimensions });
  const { nats, standardError } = ksgInformation(points(x), points(z));
  // Any score gives InfoNCE from below; this one takes ε for independent of x.
  const scores = scoresOf(densityOf(noise, dimensions), f, logScale, z, dimensions);
  const infoNce = await mean(infoNceBound(scores)).item();
  return {
    ...{ dimensions, z, noise, infoNce },
    formula: drawn.rate[0] as number - dimensions * Math.log(mismatch),
    neighbours: { nats, standardError },
  };
}

/** log p(zᵢ|xⱼ) at row i and column j, by the density of ε. */
function scoresOf(
  logDensity: (point: readonly number[]) => number,
  f: Float32Array,
  logScale: Float32Array,
  z: Float32Array,
  dimensions: number,
): Tensor {
  const scores = new Float32Array(EXAMPLES ** 2);
  for (let i = 0, at = 0; i < EXAMPLES; i++) {
    for (let j = 0; j < EXAMPLES; j++) {
      let logVolume = 0;
      const point: number[] = [];
      for (let d = 0; d < dimensions; d++) {
        const log = logScale[j * dimensions + d];
        point.push((z[i * dimensions + d] - f[j * dimensions + d]) * Math.exp(-log));
        logVolume += log;
      }
      scores[at++] = logDensity(point) - logVolume;
    }
  }
  return tensor(scores, { shape: [EXAMPLES, EXAMPLES] });
}

/**
 * An Echo channel with a matrix S(x) and a known law: X = (S, G) with S any random matrix of norm
 * below 1, G ~ N(0, I) and f = (I − S)·u + (I − S·Sᵀ)^½·G for a vector u. Given any S, means and
 * covariances telescope if the factors of each product are in the right order. Noise and code are
 * then N(u, I), and I(X;Z) = −E log |det S|.
 *
 * @module
 */
import {
  type EchoChannel,
  echoChannel,
  echoMatrixNoise,
  echoMatrixSample,
  echoRate,
  foldIn,
  jit,
  type Key,
  key,
  matrixScale,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { generator, normalDraw, normalDraws, type Random } from "../statistics/generator.ts";
import { reflected } from "../statistics/reflections.ts";
import type { EchoCodes } from "./draws.ts";

/** The encodings of a batch. */
interface MatrixBatch {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** [batch, reflections, latent]. */
  readonly left: Tensor;
  /** [batch, latent]. */
  readonly logScale: Tensor;
  /** [batch, reflections, latent]. */
  readonly right: Tensor;
}

/** Makes codes from encodings. */
export type MatrixSampler = (
  key: Key,
  batch: MatrixBatch,
  channel: EchoChannel,
) => { readonly noise: Tensor; readonly z: Tensor };

/** The sampler under test. */
export const libraryMatrixEcho: MatrixSampler = (key, batch, channel) => {
  const { mean, left, logScale, right } = batch;
  const scale = matrixScale(left, logScale, right, channel);
  return {
    noise: echoMatrixNoise(key, mean, scale, channel),
    z: echoMatrixSample(key, mean, scale, channel),
  };
};

/** Singular values are CLIP · V with V ~ Beta(THETA, 1). */
const THETA = 2, CLIP = 0.8;
const REFLECTIONS = 2;
const CHANNEL = echoChannel({ clip: CLIP, dMax: 31 });

/** Every coordinate of u. A larger value makes errors in the products easier to see. */
export const CENTRE = 2;

/** −E log |det S|, in nats. */
export const matrixInformation = (dimensions: number): number =>
  dimensions * (1 / THETA - Math.log(CLIP));

/** Settings of {@linkcode drawMatrices}. */
interface MatrixDrawOptions {
  readonly sampler?: MatrixSampler;
  readonly seed: number;
  readonly batches: number;
  /** The number of examples in a batch, 64 by default. */
  readonly batch?: number;
}

/** All codes of a number of independent batches. */
export async function drawMatrices(
  dimensions: number,
  { sampler = libraryMatrixEcho, seed, batches, batch = 64 }: MatrixDrawOptions,
): Promise<EchoCodes & { readonly batch: number }> {
  const random = generator(seed);
  const seedKey = key(seed);
  const step = jit((batch: Tensor, encodings: MatrixBatch) => ({
    ...sampler(foldIn(seedKey, batch), encodings, CHANNEL),
    rate: echoRate(encodings.logScale, CHANNEL),
  }));
  const n = batches * batch;
  const draws = {
    dimensions,
    batch,
    noise: new Float64Array(n * dimensions),
    z: new Float64Array(n * dimensions),
    logDeterminant: new Float64Array(n),
    rate: new Float64Array(n),
  };
  for (let i = 0; i < batches; i++) {
    const { encodings, logDeterminants } = encodeBatch(random, batch, dimensions);
    const { noise, z, rate } = step(i, encodings);
    draws.noise.set(await noise.read(), i * batch * dimensions);
    draws.z.set(await z.read(), i * batch * dimensions);
    draws.rate.set(await rate.read(), i * batch);
    draws.logDeterminant.set(logDeterminants, i * batch);
    for (const used of [noise, z, rate]) used.dispose();
  }
  return draws;
}

/** Draws the examples of a batch and encodes them. */
function encodeBatch(random: Random, batch: number, dimensions: number) {
  const mean: number[] = [], left: number[] = [], logScale: number[] = [], right: number[] = [];
  const logDeterminants: number[] = [];
  // The axes are not centred at 0, so that directions differ and a swap of left and right is seen.
  const vectors = () =>
    Array.from(
      { length: REFLECTIONS },
      () => normalDraws(random, dimensions).map((value, i) => value + (i % 2 === 0 ? 1 : 0)),
    );
  for (let row = 0; row < batch; row++) {
    const u = vectors(), v = vectors();
    const logV = Array.from({ length: dimensions }, () => Math.log(random()) / THETA);
    // With S = U·s·V, U·(1 − s²)^½ is a root of I − S·Sᵀ, so f = u + U·((1 − s²)^½·G − s·V·u).
    const f = reflectedAll(new Array<number>(dimensions).fill(CENTRE), v).map((centre, i) => {
      const s = CLIP * Math.exp(logV[i]);
      return Math.sqrt(1 - s * s) * normalDraw(random) - s * centre;
    });
    mean.push(...reflectedAll(f, u).map((value) => value + CENTRE));
    left.push(...u.flat());
    right.push(...v.flat());
    logScale.push(...logV);
    logDeterminants.push(logV.reduce((t, value) => t + value + Math.log(CLIP), 0));
  }
  const flat = [batch, dimensions], deep = [batch, REFLECTIONS, dimensions];
  return {
    encodings: {
      mean: tensor(mean, { shape: flat }),
      left: tensor(left, { shape: deep }),
      logScale: tensor(logScale, { shape: flat }),
      right: tensor(right, { shape: deep }),
    },
    logDeterminants,
  };
}

/** H(axis₁)·H(axis₂)⋯ times a vector, where H is a Householder reflection. */
const reflectedAll = (vector: readonly number[], axes: readonly number[][]): number[] =>
  axes.reduceRight<number[]>(
    (v, axis) => reflected(v, axis, axis.reduce((sum, a) => sum + a * a, 0)),
    [...vector],
  );

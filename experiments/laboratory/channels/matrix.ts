/**
 * Echo channels of matrices S(x), in closed form: X = (S, G) with S any random matrix of norm below 1, G ~ N(0, I) and
 * f = (I − S)·u + (I − S·Sᵀ)^½·G for a vector u. Means and covariances telescope given any S, if the factors of the products are
 * in their order: noise and code are N(u, I), and I(X;Z) = −E log |det S|.
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
import { generator, normalDraw, type Random } from "../statistics/generator.ts";

/** What an encoder says of a batch. */
export interface MatrixBatch {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** [batch, reflections, latent]. */
  readonly left: Tensor;
  /** [batch, latent]. */
  readonly logScale: Tensor;
  /** [batch, reflections, latent]. */
  readonly right: Tensor;
}

/** What makes codes of them. */
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

/** Singular values are clip · V with V ~ Beta(θ, 1). */
const THETA = 2, CLIP = 0.8;
const REFLECTIONS = 2;
const CHANNEL = echoChannel({ clip: CLIP, dMax: 31 });

/** u, in each dimension: the larger it is, the more an error in the products shows. */
export const CENTRE = 2;

/** −E log |det S|, in nats. */
export const matrixInformation = (dimensions: number): number =>
  dimensions * (1 / THETA - Math.log(CLIP));

/** Codes of whole batches, a row each. */
export interface MatrixDraws {
  readonly dimensions: number;
  /** How many rows one after another are of one batch, and share echoes. */
  readonly batch: number;
  /** [n, dimensions]. */
  readonly noise: Float64Array;
  /** [n, dimensions]. */
  readonly z: Float64Array;
  /** log |det S(x)|, [n]. */
  readonly logDeterminant: Float64Array;
  /** The rate that the library gives, nats, [n]. */
  readonly rate: Float64Array;
}

/** Settings of {@linkcode drawMatrices}. */
export interface MatrixDrawOptions {
  readonly sampler?: MatrixSampler;
  readonly seed: number;
  readonly batches: number;
  /** Examples of a batch; 64 unless given. */
  readonly batch?: number;
}

/** Codes of a number of independent batches. */
export async function drawMatrices(
  dimensions: number,
  { sampler = libraryMatrixEcho, seed, batches, batch = 64 }: MatrixDrawOptions,
): Promise<MatrixDraws> {
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

/** Examples, and what the encoder makes of them. */
function encodeBatch(random: Random, batch: number, dimensions: number) {
  const mean: number[] = [], left: number[] = [], logScale: number[] = [], right: number[] = [];
  const logDeterminants: number[] = [];
  // Not around 0: the axes of S are not alike in all directions, so that it matters which side is which.
  const vectors = () =>
    Array.from(
      { length: REFLECTIONS },
      () =>
        Array.from({ length: dimensions }, (_, i) => normalDraw(random) + (i % 2 === 0 ? 1 : 0)),
    );
  for (let row = 0; row < batch; row++) {
    const u = vectors(), v = vectors();
    const logV = Array.from({ length: dimensions }, () => Math.log(random()) / THETA);
    // S = U·s·V: U·(1 − s²)^½·G is as good a root, and f = u + U·((1 − s²)^½·G − s·V·u).
    const f = reflected(new Array<number>(dimensions).fill(CENTRE), v).map((centre, i) => {
      const s = CLIP * Math.exp(logV[i]);
      return Math.sqrt(1 - s * s) * normalDraw(random) - s * centre;
    });
    mean.push(...reflected(f, u).map((value) => value + CENTRE));
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

/** H(axis₁)·H(axis₂)⋯ times a vector, with Householder's reflections H. */
function reflected(vector: readonly number[], axes: readonly (readonly number[])[]): number[] {
  return axes.reduceRight<number[]>((v, axis) => {
    const norm = axis.reduce((t, a) => t + a * a, 0);
    const along = 2 * axis.reduce((t, a, i) => t + a * v[i], 0) / norm;
    return v.map((value, i) => value - along * axis[i]);
  }, [...vector]);
}

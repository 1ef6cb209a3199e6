/**
 * Latent layers: how noisy codes are drawn from the encoder's output, and which rates and densities
 * of the codes are known.
 *
 * @module
 */

import {
  broadcastTo,
  type EchoChannel,
  exp,
  type Key,
  reshape,
  type Staleness,
  type Tensor,
} from "../../mod.ts";
import type { Kind } from "./kinds.ts";

/** The encoder's output for a batch. */
export interface Encoded {
  /**
   * The outputs of the two heads, which are the encoder's last dense layers, each [batch, latent].
   */
  readonly mean: Tensor;
  readonly scale: Tensor;
  /** The input of the heads, [batch, width]. */
  readonly hidden: Tensor;
}

/**
 * Codes of a batch, [rows]: first one code of every image, then a second code of every image, and
 * so on.
 */
export interface Drawn {
  /** The codes, [rows, latent], in the space of the prior. */
  readonly z: Tensor;
  /** log q(z|x) in nats, [rows], if the latent layer has a density. */
  readonly logDensity?: Tensor;
  /**
   * log of the mean of q(z|xₖ) over other images, [rows], if the latent layer has mixtures.
   *
   * @param legacy take the mean of the logarithms instead
   */
  logMixture?(others: Encoded, legacy: boolean): Tensor;
}

/** Encodings from other batches, for a latent layer whose noise is made of encodings. */
export interface PoolConfig {
  /**
   * The number of encodings, a multiple of the batch size: those of the batches before the current
   * one.
   */
  size: number;
  /**
   * Whether the pool is encoded again in every step; otherwise each batch keeps the encodings of
   * its own step.
   */
  fresh: boolean;
}

/** What the decoder is given for a code, and the way back from one number of it. */
export interface Decoded {
  apply(z: Tensor): Tensor;
  inverse(number: number): number;
}

/** The decoder is given e^z. */
export const exponential: Decoded = { apply: exp, inverse: Math.log };

/**
 * The numbers of one dimension of an array that describes codes, such as "mean", one for each
 * image.
 */
export type Column = (array: string, dimension: number) => Float64Array;

/** Rates by dimension. */
export interface DimensionRates {
  /**
   * - `exact`: Echo's −E log Sⱼ. The sum is the model's rate.
   * - `divergence`: E KL(q(zⱼ|x) ‖ N(0, 1)) under a standard normal prior. The sum is the model's
   *   rate.
   * - `bound`: an upper bound on I(X; zⱼ): the divergence from the closest Gaussian. The sum means
   *   nothing.
   */
  readonly measure: "exact" | "divergence" | "bound";
  /** In nats per image, in the order of the code's dimensions. */
  readonly nats: readonly number[];
  /** The least rate that a dimension can have, if that is not 0: Echo's −log clip. */
  readonly floor?: number;
}

/**
 * The threshold of an active unit: nats above the floor of the rate for Echo, the variance of the
 * mean for a Gaussian (Burda, Grosse and Salakhutdinov, ICLR 2016).
 */
export const ACTIVE = 0.01;

/** A latent layer. Its rates, entropies and divergences are in nats, [batch]. */
export interface Latent {
  /** Whether the mean of q(z|xₖ) over many images can be computed at an affordable cost. */
  readonly hasMixtures: boolean;
  /** The pool that noise is drawn from in training, beside the batch. */
  readonly pool?: PoolConfig;
  /** Its parameters apart from the heads, a tree that only the layer itself reads. */
  init(key: Key): unknown;
  /**
   * Draws `samples` codes of each image.
   *
   * @param others encodings to make noise from, beside the batch's own, if the noise is made of
   * encodings
   */
  draw(own: unknown, encoded: Encoded, key: Key, samples: number, others?: Encoded): Drawn;
  /**
   * The code of each image without noise, [batch, latent]; the mean head's output unless given.
   */
  centre?(own: unknown, encoded: Encoded): Tensor;
  /**
   * The staleness of a pool, from images as they were encoded `before` and as they are encoded
   * `now`.
   */
  staleness?(pool: Encoded, before: Encoded, now: Encoded): Staleness;
  /** Arrays that describe the distribution of each image's code, by name, each [batch, latent]. */
  statistics(encoded: Encoded): Record<string, Tensor>;
  /** What the decoder is given instead of the code itself, if anything. */
  readonly decoded?: Decoded;
  /**
   * The least rate in nats, if it is above 0: no parameters give these codes a lower one.
   */
  readonly leastRate?: number;
  /** The Echo channel, of a latent with one scale for each dimension. */
  readonly channel?: EchoChannel;
  /**
   * The rate of each dimension, of a latent that has them.
   *
   * @param column what {@linkcode Latent.statistics} computed for all images
   * @param isStandard whether the prior is N(0, I)
   */
  ratesByDimension?(column: Column, isStandard: boolean): DimensionRates;
  /**
   * The number of dimensions that carry information, of a latent that has rates by dimension.
   *
   * @param column what {@linkcode Latent.statistics} computed for all images
   */
  activeUnits?(column: Column): number;
  /**
   * The codes f(x) + S(x)·ε of given noises ε, both [samples, batch, latent], if codes have that
   * form: `rate` is then −log |det S(x)|.
   */
  codeOf?(own: unknown, encoded: Encoded, noise: Tensor): Tensor;
  /** The rate, if it is known without a prior. */
  rate?(encoded: Encoded): Tensor;
  /**
   * The rate of each dimension, [batch, latent], if it is known without a code; `isStandard` says
   * whether the prior is N(0, I).
   */
  dimensionRates?(encoded: Encoded, isStandard: boolean): Tensor | undefined;
  /** KL(q(z|x) ‖ N(0, I)), if it has a closed form. */
  kl?(encoded: Encoded): Tensor;
  /** The entropy of q(z|x), if it has a closed form. */
  entropy?(encoded: Encoded): Tensor;
  /**
   * Draws from the marginal distribution of codes, [batch, latent], if that is possible without a
   * prior.
   */
  marginal?(own: unknown, encoded: Encoded, key: Key): Tensor;
}

/**
 * A kind of latent layer, with codes of `size` dimensions behind an encoder whose last layer has
 * `width` units, for batches of `batch` images.
 */
export interface LatentKind<Options>
  extends Kind<Options, [size: number, width: number, batch: number], Latent> {
  /** Whether log q(z|x) is known. */
  readonly hasDensity: boolean;
}

/** The average of a column. */
export const columnMean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Repeats all rows as a block, [n, width] to [times · n, width]. */
export function tile(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [n, width] = x.shape;
  return reshape(broadcastTo(x, [times, n, width]), [times * n, width]);
}

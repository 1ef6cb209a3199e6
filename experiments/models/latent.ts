/**
 * What a latent layer is: how noisy codes are drawn from what the encoder says, and what is known of them.
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

/** What the encoder says of a batch. */
export interface Encoded {
  /** The outputs of the two heads, the encoder's last dense layers, each [batch, latent]. */
  readonly mean: Tensor;
  readonly scale: Tensor;
  /** What the heads are computed from, [batch, width]. */
  readonly hidden: Tensor;
}

/** Codes of a batch: one of every image, then another of every image, …: so many rows. */
export interface Drawn {
  /** The codes, [rows, latent], where their prior is. */
  readonly z: Tensor;
  /** log q(z|x) in nats, [rows]; of a latent that has a density. */
  readonly logDensity?: Tensor;
  /**
   * log of the mean of q(z|xₖ) over other images, [rows]; of a latent that has mixtures.
   *
   * @param legacy the mean of the logarithms instead
   */
  logMixture?(others: Encoded, legacy: boolean): Tensor;
}

/** Encodings beside the batch, for a latent whose noise is made of encodings. */
export interface PoolConfig {
  /** How many there are: some whole batches, those before the one of the step. */
  size: number;
  /** Whether they are encoded anew in every step; else they stay as they were encoded in the step of their batch. */
  fresh: boolean;
}

/** What the decoder is given for a code, and the way back from one number of it. */
export interface Decoded {
  of(z: Tensor): Tensor;
  inverse(number: number): number;
}

/** The decoder is given e^z. */
export const exponential: Decoded = { of: exp, inverse: Math.log };

/** The numbers of one dimension of an array that describes codes, such as "mean", one for each image. */
export type Column = (array: string, dimension: number) => Float64Array;

/** Rates by dimension. */
export interface DimensionRates {
  /**
   * - `exact`: Echo's −E log Sⱼ. The sum is the model's rate.
   * - `divergence`: E KL(q(zⱼ|x) ‖ N(0, 1)) under a standard normal prior. The sum is the model's rate.
   * - `bound`: an upper bound on I(X; zⱼ): the divergence from the closest Gaussian. The sum means nothing.
   */
  readonly measure: "exact" | "divergence" | "bound";
  /** In nats per image, in the order of the code's dimensions. */
  readonly nats: readonly number[];
}

/** A latent layer. Rates, entropies and divergences are in nats, [batch]. */
export interface Latent {
  /** Whether the mean of q(z|xₖ) over many images is known, at an affordable price. */
  readonly hasMixtures: boolean;
  /** Where the noise comes from in training beside the batch. */
  readonly pool?: PoolConfig;
  /** What it trains, beside the heads: a tree of a form that it alone knows. */
  init(key: Key): unknown;
  /**
   * So many codes of each image.
   *
   * @param others encodings to make the noise of beside the batch's own, for a latent whose noise is made of encodings
   */
  draw(own: unknown, encoded: Encoded, key: Key, samples: number, others?: Encoded): Drawn;
  /** How stale a pool is, from some images as they were encoded before, and as they are now; of a latent that has pools. */
  staleness?(pool: Encoded, before: Encoded, now: Encoded): Staleness;
  /** What describes the code of each image, by name, each [batch, latent]. */
  statistics(encoded: Encoded): Record<string, Tensor>;
  /** What the decoder is given instead of the code itself, if anything. */
  readonly decoded?: Decoded;
  /** The Echo channel, of a latent with one scale for each dimension. */
  readonly channel?: EchoChannel;
  /**
   * The rate of each dimension, of a latent that has them.
   *
   * @param column what {@linkcode Latent.statistics} said of all images
   * @param isStandard whether the prior is N(0, I)
   */
  ratesByDimension?(column: Column, isStandard: boolean): DimensionRates;
  /** The rate, where it is known without a prior. */
  rate?(encoded: Encoded): Tensor;
  /** KL(q(z|x) ‖ N(0, I)), where it has a closed form. */
  kl?(encoded: Encoded): Tensor;
  /** The entropy of q(z|x), where it has a closed form. */
  entropy?(encoded: Encoded): Tensor;
  /** Codes of no image in particular, as many as are encoded, where they are known without a prior: [batch, latent]. */
  marginal?(own: unknown, encoded: Encoded, key: Key): Tensor;
}

/** A kind of latent layer, with codes of `size` dimensions behind an encoder of that width. */
export interface LatentKind<Options> extends Kind<Options, [size: number, width: number], Latent> {
  /** Whether log q(z|x) is known. */
  readonly hasDensity: boolean;
}

/** The average of a column. */
export const columnMean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rows that are repeated as a block, [n, width] to [times · n, width]. */
export function tile(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [n, width] = x.shape;
  return reshape(broadcastTo(x, [times, n, width]), [times * n, width]);
}

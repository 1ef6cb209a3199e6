/**
 * The rate of each dimension of a code, computed from the codes of a split.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { UserError } from "../shell/errors.ts";
import { channelOf } from "../models/latents/echo.ts";
import type { NamedArray } from "../formats/safetensors.ts";

/**
 * How the rate of a dimension is measured:
 * - `exact`: Echo's −E log Sⱼ; the sum over dimensions is the rate of the model;
 * - `divergence`: E KL(q(zⱼ|x) ‖ N(0, 1)) under a standard normal prior; the sum is the rate of the
 *   model;
 * - `bound`: for a Gaussian encoder with any other prior or with a flow: ½ log Var zⱼ − ½ E log
 *   σⱼ², the divergence from the Gaussian with the mean and the variance of zⱼ, which is the
 *   smallest one over all Gaussian priors. It is an upper bound on I(X; zⱼ); the sum has no
 *   meaning.
 */
export type RateMeasure = "exact" | "divergence" | "bound";

/** Rates by dimension. */
export interface DimensionRates {
  readonly measure: RateMeasure;
  /** The rates in nats per image, in the order of the dimensions. */
  readonly nats: readonly number[];
}

/** The arrays of `codes.safetensors` by name, each [images, latent]. */
export type Codes = ReadonlyMap<string, NamedArray>;

/**
 * The rates of the dimensions of a code; undefined for Echo with matrices, whose scales lie along
 * axes that turn with each image, so that only the rate of the whole code is defined.
 *
 * @param source the file of the codes, for messages
 * @throws {UserError} if a model of this config cannot have these codes
 */
export function dimensionRates(
  { latent, prior }: Pick<Config, "latent" | "prior">,
  codes: Codes,
  source: string,
): DimensionRates | undefined {
  if (latent.type === "echo_matrix") return undefined;
  const columns = (name: string) => {
    const found = columnsOf(codes, name, source);
    if (found.count === latent.size) return found;
    throw new UserError(
      `${source}: ${name} has ${found.count} dimensions, but the config has ${latent.size}`,
    );
  };
  const rates = (rate: (dimension: number) => number) =>
    Array.from({ length: latent.size }, (_, j) => rate(j));
  if (latent.type === "echo") {
    const logClip = Math.log(channelOf(latent).clip);
    const logScales = columns("logScale");
    const nats = rates((j) => -mean(logScales.of(j)) - logClip);
    return { measure: "exact", nats };
  }
  const logVariances = columns("logVariance");
  const isStandard = latent.type !== "iaf" && prior.type === "standard";
  const allMeans = columns("mean");
  const nats = rates((j) => {
    const [means, own] = [allMeans.of(j), logVariances.of(j)];
    const second = mean(means.map((m, i) => m ** 2 + Math.exp(own[i])));
    const logVariance = mean(own);
    if (isStandard) return 0.5 * (second - 1 - logVariance);
    return 0.5 * (Math.log(second - mean(means) ** 2) - logVariance);
  });
  return { measure: isStandard ? "divergence" : "bound", nats };
}

/** The dimensions in the order of falling rates. */
export function byRate({ nats }: DimensionRates): number[] {
  return nats.keys().toArray().sort((a, b) => nats[b] - nats[a]);
}

/**
 * The columns of an array of codes. Each is copied on demand: all columns of a large latent would
 * fill the memory.
 */
export interface Columns {
  /** The number of columns, one for each dimension. */
  readonly count: number;
  /** The number of elements in each column. */
  readonly images: number;
  of(dimension: number): Float64Array;
}

/**
 * The columns of an array of codes.
 *
 * @throws {UserError} if there is no such array, or its shape is not [images, latent]
 */
export function columnsOf(codes: Codes, name: string, source: string): Columns {
  const array = codes.get(name);
  if (array === undefined) throw new UserError(`${source} has no array ${name}`);
  const { shape, data } = array;
  const [images, count] = shape;
  if (shape.length !== 2 || images === 0) {
    throw new UserError(
      `${source}: ${name} has the shape [${shape}], but must have [images, latent]`,
    );
  }
  return {
    count,
    images,
    of(j) {
      const column = new Float64Array(images);
      for (let i = 0; i < images; i++) column[i] = data[i * count + j];
      return column;
    },
  };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * What each dimension of a code tells of the image, from the codes of a split.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { UserError } from "../shell/errors.ts";
import { channelOf } from "../models/latents/echo.ts";
import type { NamedArray } from "../formats/safetensors.ts";

/**
 * What a rate is by which a dimension is measured:
 * - `exact`: Echo's −E log Sⱼ; the sum is the model's rate;
 * - `divergence`: E KL(q(zⱼ|x) ‖ N(0, 1)) under a standard normal prior; the sum is the model's rate;
 * - `bound`: of a Gaussian under any other prior, or in front of a flow: the same divergence from the Gaussian that has the
 *   moments of zⱼ, ½ log Var zⱼ − ½ E log σⱼ², of all Gaussian priors the least. It bounds I(X; zⱼ); the sum is nothing.
 */
export type RateMeasure = "exact" | "divergence" | "bound";

/** Rates by dimension. */
export interface DimensionRates {
  readonly measure: RateMeasure;
  /** In nats per image, in the order of the code's dimensions. */
  readonly nats: readonly number[];
}

/** The codes of a split by name, each [images, latent], as `codes.safetensors` holds them. */
export type Codes = ReadonlyMap<string, NamedArray>;

/**
 * Rates by dimension of the codes of a split; undefined of Echo with matrices, whose scales are along axes that turn with the
 * image: only their sum is a rate, of the whole code.
 *
 * @param source where the codes are from, for messages
 * @throws {UserError} if the codes are not those of a model of this config
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

/** The dimensions, those with the highest rates first. */
export function byRate({ nats }: DimensionRates): number[] {
  return nats.keys().toArray().sort((a, b) => nats[b] - nats[a]);
}

/** The columns of an array of codes, each made when it is asked for: all of a large latent would fill the memory. */
export interface Columns {
  /** How many there are, one for each dimension. */
  readonly count: number;
  /** How many numbers each has. */
  readonly images: number;
  of(dimension: number): Float64Array;
}

/**
 * An array of the codes by its columns.
 *
 * @throws {UserError} if there is no such array, or it is not [images, latent]
 */
export function columnsOf(codes: Codes, name: string, source: string): Columns {
  const array = codes.get(name);
  if (array === undefined) throw new UserError(`${source} holds no ${name}`);
  const { shape, data } = array;
  const [images, count] = shape;
  if (shape.length !== 2 || images === 0) {
    throw new UserError(`${source}: ${name} is [${shape}], but [images, latent] is wanted`);
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

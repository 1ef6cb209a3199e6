/**
 * What each dimension of a code tells of the image, from the codes of a split.
 *
 * @module
 */

import type { NamedArray } from "../formats/safetensors.ts";
import type { Surroundings } from "../models/kinds.ts";
import type { DimensionRates } from "../models/latent.ts";
import { termParts } from "../models/term.ts";
import { UserError } from "../shell/errors.ts";

/** The codes of a split by name, each [images, latent], as `codes.safetensors` holds them. */
export type Codes = ReadonlyMap<string, NamedArray>;

/**
 * The rates of the dimensions of codes; undefined where the latent layer has only a rate of the whole code.
 *
 * @param source where the codes are from, for messages
 * @throws {UserError} if the codes are not those of a model of this config
 */
export function dimensionRates(
  config: Surroundings,
  codes: Codes,
  source: string,
): DimensionRates | undefined {
  const { size } = config.latent;
  const column = (name: string, dimension: number) => {
    const found = columnsOf(codes, name, source);
    if (found.count === size) return found.of(dimension);
    throw new UserError(
      `${source}: ${name} has ${found.count} dimensions, but the config has ${size}`,
    );
  };
  const { latent, isStandard } = termParts(config);
  return latent.ratesByDimension?.(column, isStandard);
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

/**
 * The rate of each dimension of a code, computed from the codes of a split.
 *
 * @module
 */

import type { NamedArray } from "../formats/safetensors.ts";
import type { Surroundings } from "../models/kinds.ts";
import type { Column, DimensionRates } from "../models/latent.ts";
import { latentOf } from "../models/rules.ts";
import { termParts } from "../models/term.ts";
import { UserError } from "../shell/errors.ts";

/** The arrays of `codes.safetensors` by name, each [images, latent]. */
export type Codes = ReadonlyMap<string, NamedArray>;

/**
 * The rates of the dimensions of codes; undefined if the latent layer has a rate for the whole code
 * only.
 *
 * @param source the file of the codes, for messages
 * @throws {UserError} if a model of this config cannot have these codes
 */
export function dimensionRates(
  config: Surroundings,
  codes: Codes,
  source: string,
): DimensionRates | undefined {
  const { latent, isStandard } = termParts(config);
  return latent.ratesByDimension?.(columnOf(config, codes, source), isStandard);
}

/**
 * The number of dimensions that carry information; undefined as {@linkcode dimensionRates}.
 *
 * @throws {UserError} as {@linkcode dimensionRates}
 */
export const activeUnits = (
  config: Surroundings,
  codes: Codes,
  source: string,
): number | undefined => latentOf(config).activeUnits?.(columnOf(config, codes, source));

/** A column of codes, which must have the dimensions of the config. */
function columnOf({ latent: { size } }: Surroundings, codes: Codes, source: string): Column {
  return (name, dimension) => {
    const found = columnsOf(codes, name, source);
    if (found.count === size) return found.of(dimension);
    throw new UserError(
      `${source}: ${name} has ${found.count} dimensions, but the config has ${size}`,
    );
  };
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

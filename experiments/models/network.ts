/**
 * Networks: stacks of layers from a config.
 *
 * @module
 */

import { foldIn, type Key, type Shape, ShapeError, type Tensor } from "../../mod.ts";
import { UserError } from "../shell/errors.ts";
import type { Choice, Table } from "./kinds.ts";
import type { Layer, LayerParams } from "./layer.ts";
import * as LAYERS from "./layers/mod.ts";
import type { DenseOptions } from "./layers/dense.ts";

/** A layer of a config. One without a type is dense. */
export type LayerConfig =
  | { type?: "dense" } & DenseOptions
  | Choice<Omit<typeof LAYERS, "dense">>;

/** The default of both networks: two dense layers. */
export const DEFAULT_LAYERS: readonly LayerConfig[] = Array.from({ length: 2 }, () => ({
  units: 200,
  activation: "softplus",
  initialiser: "glorotUniform",
}));

/** A stack of layers, for inputs of one shape. */
export interface Network {
  readonly layers: readonly Layer[];
  /** The shape of the output of an example: that of the input if there are no layers. */
  readonly output: Shape;
  /** Initial parameters; each layer takes the next key. */
  init(nextKey: () => Key): LayerParams[];
  /**
   * The output for a batch [batch, …].
   *
   * @param key the randomness of training; none in evaluation
   */
  apply(params: readonly LayerParams[], x: Tensor, key?: Key): Tensor;
}

/**
 * The network of a list of layers.
 *
 * @param input the shape of an example
 * @param path of the list in the config
 * @throws {UserError} if a layer cannot take the output of the one before it; it begins with the
 *   layer's path
 */
export function makeNetwork(
  configs: readonly LayerConfig[],
  input: Shape,
  path: string,
): Network {
  const layers: Layer[] = [];
  for (const [i, config] of configs.entries()) {
    const before = layers.at(-1)?.output ?? input;
    const table: Table<[Shape], Layer> = LAYERS;
    layers.push(named(`${path}.${i}`, () => table[typeOf(config)].make(config, before)));
  }
  return {
    layers,
    output: layers.at(-1)?.output ?? input,
    init: (nextKey) => layers.map((layer) => layer.init(nextKey())),
    apply: (params, x, key) =>
      layers.reduce((x, layer, i) => layer.apply(params[i], x, key && foldIn(key, i)), x),
  };
}

/** The type of a layer. */
export const typeOf = ({ type = "dense" }: LayerConfig): keyof typeof LAYERS => type;

/** Makes a layer; its path begins the message of an error of shapes. */
function named(path: string, make: () => Layer): Layer {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ShapeError || error instanceof RangeError)) throw error;
    throw new UserError(`${path}: ${error.message}`, { cause: error });
  }
}

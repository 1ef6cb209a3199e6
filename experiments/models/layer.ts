/**
 * What a layer of a network is. The shapes here are those of one example, without the batch: [units]
 * for a row of numbers, [height, width, channels] for an image.
 *
 * @module
 */

import { type Key, reshape, type Shape, ShapeError, type Tensor } from "../../mod.ts";
import type { Kind } from "./kinds.ts";

/** The parameters of a layer by name; a layer without any has an empty record. */
export type LayerParams = Readonly<Record<string, Tensor>>;

/** A layer for inputs of one shape. */
export interface Layer {
  /** The shape of its output. */
  readonly output: Shape;
  /** The number of elements of each parameter. */
  readonly sizes: readonly number[];
  /** The number of multiplications for one example, without those of an activation. */
  readonly multiplications: number;
  /** Whether its output is its input in another shape, which takes no memory. */
  readonly isView?: boolean;
  init(key: Key): LayerParams;
  /**
   * The output for a batch [batch, …].
   *
   * @param key the layer's randomness in training; none in evaluation
   */
  apply(own: LayerParams, x: Tensor, key?: Key): Tensor;
}

/** A kind of layer. Its `make` throws a ShapeError for inputs that it cannot take. */
export type LayerKind<Options> = Kind<Options, [input: Shape], Layer>;

/** What layers without parameters have in common. */
export const NO_PARAMETERS: Pick<Layer, "sizes" | "multiplications" | "init"> = {
  sizes: [],
  multiplications: 0,
  init: () => ({}),
};

/** The number of elements of a shape. */
export const elementsOf = (shape: Shape): number => shape.reduce((product, d) => product * d, 1);

/** A batch whose examples have this shape; the elements keep their order. */
export function shaped(x: Tensor, shape: Shape): Tensor {
  const [batch, ...now] = x.shape;
  return now.join() === shape.join() ? x : reshape(x, [batch, ...shape]);
}

/** Asserts that a layer is given images. */
export function requireImage(what: string, input: Shape): void {
  if (input.length === 3) return;
  throw new ShapeError(
    `${what} takes images [height, width, channels], but is given [${input.join(", ")}]: ` +
      "a reshape layer makes images",
  );
}

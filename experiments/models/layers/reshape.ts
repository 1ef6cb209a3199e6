/**
 * Layers that change the shape of an example alone: the elements keep their order.
 *
 * @module
 */

import { type Shape, ShapeError } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import { elementsOf, type Layer, type LayerKind, NO_PARAMETERS, shaped } from "../layer.ts";

/** The options of a reshape layer. */
export interface ReshapeOptions {
  /** [units], or [height, width, channels] for an image. */
  shape: number[];
}

const reshapedTo = (shape: Shape): Layer => ({
  ...NO_PARAMETERS,
  kept: 0,
  output: shape,
  apply: (_, x) => shaped(x, shape),
});

/** Another shape for as many elements. */
export const reshape: LayerKind<ReshapeOptions> = {
  keys: ({ list, count }) => ({ shape: list(count).min(1).max(3) }),
  make({ shape }, input) {
    const [from, to] = [input, shape].map(elementsOf);
    if (from === to) return reshapedTo(shape);
    throw new ShapeError(
      `cannot reshape [${input.join(", ")}] to [${
        shape.join(", ")
      }]: ${from} elements against ${to}`,
    );
  },
};

/** A row of all elements. */
export const flatten: LayerKind<NoOptions> = {
  keys: () => ({}),
  make: (_, input) => reshapedTo([elementsOf(input)]),
};

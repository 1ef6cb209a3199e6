/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016).
 *
 * @module
 */

import { initLayerNorm, layerNorm as apply } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import type { LayerKind } from "../layer.ts";

/**
 * Each row of units, and in an image the channels of each pixel, get mean 0 and variance 1; then
 * they are scaled and shifted by parameters, one of each for a unit or channel.
 */
export const layerNorm: LayerKind<NoOptions> = {
  keys: () => ({}),
  make(_, input) {
    const width = input.at(-1)!;
    return {
      output: input,
      sizes: [width, width],
      multiplications: 0,
      init: () => ({ ...initLayerNorm(width) }),
      apply: ({ scale, shift }, x) => apply({ scale, shift }, x),
    };
  },
};

/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016).
 *
 * @module
 */

import { add, div, mean, mul, ones, sqrt, sub, zeros } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import type { LayerKind } from "../layer.ts";

/** Added to the variance, so that constant inputs do not divide by 0. */
const EPSILON = 1e-5;

/**
 * Each row of units, and in an image the channels of each pixel, get mean 0 and variance 1; then
 * they are scaled and shifted by parameters, one of each for a unit or channel.
 */
export const layerNorm: LayerKind<NoOptions> = {
  keys: {},
  make(_, input) {
    const width = input.at(-1)!;
    return {
      output: input,
      sizes: [width, width],
      multiplications: 0,
      init: () => ({ scale: ones([width]), shift: zeros([width]) }),
      apply({ scale, shift }, x) {
        const last = { axis: -1, keepDims: true };
        const off = sub(x, mean(x, last));
        const deviation = sqrt(add(mean(mul(off, off), last), EPSILON));
        return add(mul(div(off, deviation), scale), shift);
      },
    };
  },
};

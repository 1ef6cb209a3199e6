/**
 * Pools: the largest or the mean element of each window.
 *
 * @module
 */

import { averagePool, maxPool, type Tensor, zeros } from "../../../mod.ts";
import { type LayerKind, NO_PARAMETERS, requireImage, shaped } from "../layer.ts";
import { type PerAxis, perAxis, type WindowPadding, windowPadding } from "./windows.ts";

/** The options of a pool. */
export interface PoolOptions {
  of: "max" | "average";
  window: PerAxis;
  /** From one window to the next; the size of a window unless given. */
  stride?: PerAxis;
  padding: WindowPadding;
}

/** A pool. */
export const pool: LayerKind<PoolOptions> = {
  keys: (rules) => ({
    of: rules.oneOf("max", "average").default("max"),
    window: perAxis(rules).default(2),
    stride: perAxis(rules).optional(),
    padding: windowPadding(rules).default("valid"),
  }),
  make({ of, window, stride = window, padding }, input) {
    requireImage("a pool", input);
    const reduce = of === "max" ? maxPool : averagePool;
    const apply = (x: Tensor) => reduce(shaped(x, input), window, { strides: stride, padding });
    const [, ...output] = apply(zeros([1, ...input])).shape;
    return { ...NO_PARAMETERS, output, apply: (_, x) => apply(x) };
  },
};

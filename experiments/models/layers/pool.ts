/**
 * Pools: the largest or the mean element of each window.
 *
 * @module
 */

import { z } from "zod";
import { averagePool, maxPool, type Tensor, zeros } from "../../../mod.ts";
import { count } from "../../shell/keys.ts";
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
  keys: {
    of: z.enum(["max", "average"]).default("max"),
    window: perAxis(count).default(2),
    stride: perAxis(count).optional(),
    padding: windowPadding.default("valid"),
  },
  make({ of, window, stride = window, padding }, input) {
    requireImage("a pool", input);
    const reduce = of === "max" ? maxPool : averagePool;
    const apply = (x: Tensor) => reduce(shaped(x, input), window, { strides: stride, padding });
    const [, ...output] = apply(zeros([1, ...input])).shape;
    return { ...NO_PARAMETERS, output, apply: (_, x) => apply(x) };
  },
};

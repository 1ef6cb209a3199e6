/**
 * Layer normalisation: each row has mean 0 and variance 1, before a scale and a shift that are
 * learned.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { ones, zeros } from "../create.ts";
import { add, div, mul, sqrt, sub } from "../ops/elementwise.ts";
import { requireTensors } from "../ops/primitive.ts";
import { mean } from "../ops/reduce.ts";
import { sameShape, type Shape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Parameters of {@linkcode layerNorm}. */
export interface LayerNorm {
  /** Multiplies the normalised features, [features]. */
  readonly scale: Tensor;
  /** Added to them, [features]. */
  readonly shift: Tensor;
}

/**
 * Initial parameters of a {@linkcode layerNorm}: scale 1 and shift 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initLayerNorm } from "@echograd/echograd";
 * assertEquals([...await initLayerNorm(2).scale.read()], [1, 1]);
 * ```
 */
export const initLayerNorm = (features: number): LayerNorm => ({
  scale: ones([features]),
  shift: zeros([features]),
});

/**
 * Layer normalisation (Ba, Kiros and Hinton, "Layer normalization", 2016, eq. 4): over the last
 * axis, (x − mean) / √(variance + epsilon) · scale + shift, [...batch, features] to the same shape.
 * The variance is Σ (x − mean)² / features; epsilon is 1e-5 unless given.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { initLayerNorm, layerNorm, tensor } from "@echograd/echograd";
 * const y = layerNorm(initLayerNorm(2), tensor([[1, 3], [10, 50]]));
 * const [a, b, c, d] = await y.read();
 * assertAlmostEquals(a, -1, 1e-4);
 * assertAlmostEquals(b, 1, 1e-4);
 * assertAlmostEquals(c, -1, 1e-4);
 * assertAlmostEquals(d, 1, 1e-4);
 * ```
 * @throws {ShapeError} where the parameters are not of the size of the last axis of x; {RangeError}
 * where epsilon is not above 0.
 */
export function layerNorm(
  { scale, shift }: LayerNorm,
  x: Tensor,
  options: { readonly epsilon?: number } = {},
): Tensor {
  requireTensors("layerNorm", [x, scale, shift]);
  checkOptions("layerNorm", options, "epsilon");
  const { epsilon = 1e-5 } = options;
  if (!(epsilon > 0)) {
    throw new RangeError(`Cannot layerNorm with epsilon ${epsilon}: it is a number above 0`);
  }
  const features: Shape = x.shape.slice(-1);
  if (x.rank === 0 || !sameShape(scale.shape, features) || !sameShape(shift.shape, features)) {
    throw shapeError`Cannot layerNorm ${x.shape} with scale ${scale.shape} and shift ${shift.shape}: both are of the size of its last axis`;
  }
  const centred = sub(x, mean(x, { axis: -1, keepDims: true }));
  const variance = mean(mul(centred, centred), { axis: -1, keepDims: true });
  return add(mul(div(centred, sqrt(add(variance, epsilon))), scale), shift);
}

/**
 * Dense layers. A layer is a function of its parameters, which are a tree that an `init…` makes.
 *
 * @module
 */
import { zeros } from "../create.ts";
import { add } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import type { Key } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { glorotUniform, type Initialiser } from "./initialisers.ts";

/** Parameters of a dense layer. */
export interface Dense {
  /** Weights, [inputs, outputs]. */
  readonly w: Tensor;
  /** Biases, [outputs]. */
  readonly b: Tensor;
}

/**
 * x·w + b, [batch, inputs] to [batch, outputs].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, tensor } from "@echograd/echograd";
 * const layer = { w: tensor([[1], [10]]), b: tensor([5]) };
 * assertEquals([...await dense(layer, tensor([[2, 3]])).read()], [37]);
 * ```
 */
export const dense = ({ w, b }: Dense, x: Tensor): Tensor => add(matmul(x, w), b);

/**
 * Initial parameters of a dense layer: Glorot-uniform weights, unless another initialiser is given,
 * and zero biases.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { heNormal, initDense, key } from "@echograd/echograd";
 * const { w, b } = initDense(key(1), 784, 200, heNormal);
 * assertEquals([w.shape, b.shape], [[784, 200], [200]]);
 * ```
 */
export const initDense = (
  key: Key,
  inputs: number,
  outputs: number,
  initialiser: Initialiser = glorotUniform,
): Dense => ({
  w: initialiser(key, [inputs, outputs]),
  b: zeros([outputs]),
});

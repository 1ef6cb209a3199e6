/**
 * Activations: elementwise functions between layers, and the softmax.
 *
 * @module
 */
import {
  add,
  div,
  erf,
  expm1,
  less,
  max,
  min,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  where,
} from "../ops/elementwise.ts";
import { requireTensors } from "../ops/primitive.ts";
import { sum } from "../ops/linear.ts";
import { belowOne, logSumExp } from "../ops/reduce.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * max(x, 0).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { relu, tensor } from "@echograd/echograd";
 * assertEquals([...await relu(tensor([-2, 3])).read()], [0, 3]);
 * ```
 */
export const relu = (x: Tensor): Tensor => max(x, 0);

/**
 * log σ(x) = −softplus(−x), finite for every finite x.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logSigmoid, tensor } from "@echograd/echograd";
 * assertEquals(await logSigmoid(tensor(-1000)).item(), -1000);
 * ```
 */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)));

/**
 * eˣ / Σ eˣ along an axis, the last unless given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { softmax, tensor } from "@echograd/echograd";
 * assertEquals([...await softmax(tensor([7, 7])).read()], [0.5, 0.5]);
 * ```
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  requireTensors("softmax", [x]);
  const along = [normalizeAxis(axis, x.shape, "softmax")];
  const [powers] = belowOne(x, along);
  return mul(powers, div(1, sum(powers, { axis: along, keepDims: true })));
}

/**
 * log(eˣ / Σ eˣ) along an axis, the last unless given: exact where the softmax is next to 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logSoftmax, tensor } from "@echograd/echograd";
 * assertEquals([...await logSoftmax(tensor([0, -1000])).read()], [0, -1000]);
 * ```
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  requireTensors("logSoftmax", [x]);
  const along = normalizeAxis(axis, x.shape, "logSoftmax");
  return sub(x, logSumExp(x, { axis: along, keepDims: true }));
}

/**
 * x·Φ(x) with the standard normal distribution function Φ (Hendrycks and Gimpel, "Gaussian error
 * linear units", 2016), by erf, not its approximation by tanh.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { gelu, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await gelu(tensor(1)).item(), 0.8413447, 1e-6);
 * ```
 */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(1, erf(mul(x, Math.SQRT1_2))));

/**
 * x·σ(x) (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2018), also known as swish.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { silu, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await silu(tensor(1)).item(), 0.7310586, 1e-6);
 * ```
 */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

/**
 * x, and alpha·(eˣ − 1) where x is negative (Clevert, Unterthiner and Hochreiter, ICLR 2016).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { elu, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await elu(tensor(-1)).item(), Math.exp(-1) - 1, 1e-6);
 * ```
 */
export const elu = (x: Tensor, alpha = 1): Tensor =>
  where(less(x, 0), mul(expm1(min(x, 0)), alpha), x);

/**
 * x, and slope·x where x is negative (Maas, Hannun and Ng, ICML 2013).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leakyRelu, tensor } from "@echograd/echograd";
 * assertEquals([...await leakyRelu(tensor([-4, 4]), 0.25).read()], [-1, 4]);
 * ```
 */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(less(x, 0), mul(x, slope), x);

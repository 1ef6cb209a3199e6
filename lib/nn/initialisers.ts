/**
 * Initial weights, made of a key. They keep the variance of activations, or of gradients, from
 * layer to layer.
 *
 * @module
 */
import { mul, sub } from "../ops/elementwise.ts";
import { type Key, uniform } from "../random.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Makes initial weights [inputs, outputs], or a kernel [height, width, inputs, outputs], of a key. */
export type Initialiser = (key: Key, shape: Shape) => Tensor;

/**
 * Uniform on ±limit, which depends on the numbers of inputs of an output and of outputs of an input:
 * in a convolution there is one for each place of the kernel.
 */
const uniformWithin =
  (limit: (inputs: number, outputs: number) => number): Initialiser => (key, shape) => {
    const signed = sub(mul(uniform(key, shape), 2), 1);
    const places = shape.slice(0, -2).reduce((product, d) => product * d, 1);
    return mul(signed, limit(places * (shape.at(-2) ?? 1), places * (shape.at(-1) ?? 1)));
  };

/**
 * A weight matrix [inputs, outputs], uniform on ±√(6 / (inputs + outputs)) (Glorot and Bengio,
 * AISTATS 2010). For a kernel the numbers of channels are multiplied by height · width.
 */
export const glorotUniform: Initialiser = uniformWithin((inputs, outputs) =>
  Math.sqrt(6 / (inputs + outputs))
);

/**
 * A weight matrix [inputs, outputs], uniform on ±√(6 / inputs), for relu (He, Zhang, Ren and Sun,
 * ICCV 2015).
 */
export const heUniform: Initialiser = uniformWithin((inputs) => Math.sqrt(6 / inputs));

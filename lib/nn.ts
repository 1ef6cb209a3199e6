/**
 * Layers, activations and initial parameters of neural networks, as compositions of ops. A layer is
 * a function of its parameters.
 *
 * @module
 */
import { sum } from "./ops/linear.ts";
import { add, exp, max, mul, neg, softplus, sub } from "./ops/elementwise.ts";
import { matmul } from "./ops/matmul.ts";
import { logSumExp } from "./ops/reduce.ts";
import { requireTensors } from "./ops/primitive.ts";
import { type Key, uniform } from "./random.ts";
import { normalizeAxis, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { zeros } from "./create.ts";

/** Parameters of a dense layer. */
export interface Dense {
  /** Weights, [inputs, outputs]. */
  readonly w: Tensor;
  /** Biases, [outputs]. */
  readonly b: Tensor;
}

/** x·w + b, [batch, inputs] to [batch, outputs]. */
export const dense = ({ w, b }: Dense, x: Tensor): Tensor => add(matmul(x, w), b);

/** Makes initial weights [inputs, outputs], or a kernel [height, width, inputs, outputs], of a key. */
export type Initialiser = (key: Key, shape: Shape) => Tensor;

/**
 * Initial parameters of a dense layer: Glorot-uniform weights, unless another initialiser is given,
 * and zero biases.
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

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => max(x, 0);

/** log σ(x) = −softplus(−x), finite for every finite x. */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)));

/** eˣ / Σ eˣ along an axis, the last unless given. */
export function softmax(x: Tensor, axis = -1): Tensor {
  requireTensors("softmax", [x]);
  const along = normalizeAxis(axis, x.shape, "softmax");
  return exp(sub(x, logSumExp(x, { axis: along, keepDims: true })));
}

/**
 * The distortion of binary images, −log p(x) of independent Bernoulli pixels given by logits, in
 * nats: summed over all axes but the first, [batch]. Value and gradient are finite for all finite
 * logits.
 */
export function bernoulliCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const nats = sub(softplus(logits), mul(targets, logits));
  return sum(nats, { axis: logits.shape.map((_, i) => i).slice(1) });
}

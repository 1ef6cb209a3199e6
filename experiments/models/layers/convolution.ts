/**
 * Convolutions and transposed convolutions with a bias for each channel.
 *
 * @module
 */

import {
  add,
  conv2d,
  convTranspose2d,
  type Shape,
  type Tensor,
  transpose,
  zeros,
} from "../../../mod.ts";
import {
  type ActivationName,
  activationRule,
  ACTIVATIONS,
  type InitialiserName,
  initialiserRule,
  INITIALISERS,
} from "../activations.ts";
import type { Keys, Rules } from "../keys.ts";
import { elementsOf, type LayerKind, requireImage, shaped } from "../layer.ts";
import { type PerAxis, perAxis, type WindowPadding, windowPadding } from "./windows.ts";

/** The options of both kinds. */
export interface ConvolutionOptions {
  /** The number of channels of the output. */
  filters: number;
  /** The height and width of the kernel, or one number for both. */
  kernel: PerAxis;
  stride: PerAxis;
  /** "same", "valid", or the elements on each side. */
  padding: WindowPadding;
  activation: ActivationName;
  initialiser: InitialiserName;
}

const keys = (rules: Rules): Keys<ConvolutionOptions> => ({
  filters: rules.count,
  kernel: perAxis(rules),
  stride: perAxis(rules).default(1),
  padding: windowPadding(rules).default("same"),
  activation: activationRule(rules).default("softplus"),
  initialiser: initialiserRule(rules).default("glorotUniform"),
});

/** An operation of lib, with the axes of the kernel in its order. */
interface Operation {
  readonly name: string;
  /** The kernel from one of shape [height, width, inputs, outputs]. */
  kernel(weights: Tensor): Tensor;
  apply: typeof conv2d;
  /** The number of places at which the kernel is multiplied. */
  places(input: Shape, output: Shape): number;
}

const CONVOLUTION: Operation = {
  name: "a conv layer",
  kernel: (weights) => weights,
  apply: conv2d,
  places: (_, [rows, columns]) => rows * columns,
};

const TRANSPOSED: Operation = {
  name: "a convTranspose layer",
  kernel: (weights) => transpose(weights, [0, 1, 3, 2]),
  apply: convTranspose2d,
  places: ([rows, columns]) => rows * columns,
};

/** The layer activation(x ∗ w + b), where ∗ is the operation. */
const kindOf = (operation: Operation): LayerKind<ConvolutionOptions> => ({
  keys,
  make({ filters, kernel, stride, padding, activation, initialiser }, input) {
    requireImage(operation.name, input);
    const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    const shape = [height, width, input[2], filters];
    const convolve = (x: Tensor, w: Tensor) => operation.apply(x, w, { strides: stride, padding });
    // Tensors are lazy: this computes a shape alone, or throws lib's ShapeError.
    const [, ...output] = convolve(zeros([1, ...input]), operation.kernel(zeros(shape))).shape;
    return {
      output,
      sizes: [elementsOf(shape), filters],
      multiplications: elementsOf(shape) * operation.places(input, output),
      kept: 3, // the padded image, too
      init: (key) => ({
        w: operation.kernel(INITIALISERS[initialiser](key, shape)),
        b: zeros([filters]),
      }),
      apply: ({ w, b }, x) => ACTIVATIONS[activation](add(convolve(shaped(x, input), w), b)),
    };
  },
});

/** A convolution. */
export const conv: LayerKind<ConvolutionOptions> = kindOf(CONVOLUTION);

/** A transposed convolution, which with a stride makes images larger. */
export const convTranspose: LayerKind<ConvolutionOptions> = kindOf(TRANSPOSED);

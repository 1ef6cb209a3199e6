/**
 * The training step of a convolutional VAE in this library.
 *
 * @module
 */

import {
  adam,
  type AdamState,
  add,
  bernoulliCrossEntropy,
  conv2d,
  convTranspose2d,
  type Dense,
  dense,
  exp,
  mean,
  mul,
  reshape,
  softplus,
  type Tensor,
  valueAndGrad,
  zeros,
} from "../../mod.ts";
import { gaussianKl } from "../../lib/densities/mod.ts";
import { biasesOf, layersOf, type Network, weightsOf } from "./networks.ts";

const optimizer = adam({ learningRate: 1e-3, epsilon: 1e-8 });

/** The arguments of a step: layers, the state of Adam, images and noise. */
export type StepArguments = [Dense[], AdamState<Dense[]>, Tensor, Tensor];

/**
 * The arguments of the first step.
 *
 * @param next the tensor of a shape: parameters in their order, then images and noise
 */
export function firstArguments(
  network: Network,
  batch: number,
  next: (shape: number[]) => Tensor = zeros,
): StepArguments {
  const layers = layersOf(network).map((one) => ({
    w: next(weightsOf(one)),
    b: next([biasesOf(one)]),
  }));
  const images = next([batch, network.size, network.size, 1]);
  return [layers, optimizer.init(layers), images, next([batch, network.latent])];
}

/** The step; its first two arguments may be donated. */
export function networkStep(
  network: Network,
  batch: number,
): (...args: StepArguments) => [Dense[], AdamState<Dense[]>, loss: Tensor] {
  const placed = layersOf(network);

  /** A layer, without its activation. */
  function apply(i: number, { w, b }: Dense, x: Tensor): Tensor {
    const { layer, size, channels } = placed[i];
    if (layer.kind === "dense") return dense({ w, b }, reshape(x, [batch, -1]));
    const { padding, size: out } = layer;
    const options = { strides: layer.stride, padding: [padding, padding] as const };
    const image = reshape(x, [batch, size, size, channels]);
    if (layer.kind === "conv") return add(conv2d(image, w, options), b);
    return add(convTranspose2d(image, w, { ...options, size: out }), b);
  }

  /** Distortion + rate, the mean over images in nats. */
  function loss(layers: Dense[], images: Tensor, noise: Tensor): Tensor {
    const heads = network.encoder.length;
    const layer = (i: number, x: Tensor) => apply(i, layers[i], x);
    let x = images;
    for (let i = 0; i < heads; i++) x = softplus(layer(i, x));
    const [code, logVariance] = [layer(heads, x), layer(heads + 1, x)];
    x = add(code, mul(exp(mul(logVariance, 0.5)), noise));
    for (let i = heads + 2; i < layers.length; i++) {
      x = layer(i, x);
      if (i < layers.length - 1) x = softplus(x);
    }
    const pixels = [batch, network.size ** 2];
    const distortion = bernoulliCrossEntropy(reshape(x, pixels), reshape(images, pixels));
    return mean(add(distortion, gaussianKl(code, logVariance)));
  }

  return (layers, state, images, noise) => {
    const [value, gradients] = valueAndGrad(loss)(layers, images, noise);
    return [...optimizer.update(gradients, state, layers), value];
  };
}

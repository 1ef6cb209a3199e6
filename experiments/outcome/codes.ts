/**
 * The codes of a split: the outputs of a trained encoder for each image.
 *
 * @module
 */

import { type Device, foldIn, jit, type Key, permutation } from "../../mod.ts";
import { factorClasses } from "../data/factor_images.ts";
import type { Images } from "../data/images.ts";
import type { Codes } from "./dimension_rates.ts";
import { evenBatches, gatherTensor } from "./evaluate.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { encodeTensors, type NamedArray } from "../formats/safetensors.ts";

/**
 * Writes a safetensors file of arrays [images, latent], with image i in row i: the parameters of
 * the code (the mean, and the log-variance or log-scale), and `z`, one sample of the code. Labels
 * are added if the images have them, and `factors` [images, factors], the classes of their factors.
 *
 * @param batch about the number of images encoded together; echoes come from other images of the
 *   same batch
 * @param key decides the batches and the noise
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
  // Some data sets are sorted by class; without shuffling, all echoes would come from the image's
  // own class.
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
  const classes = factorClasses(images);
  if (classes !== undefined) {
    const shape = [images.count, classes.length / images.count];
    tensors.set("factors", { shape, data: classes });
  }
  await writeFile(path, encodeTensors({ tensors, metadata: {} }));
  return tensors;
}

/**
 * The likelihood of a split, bounded by many codes of each image.
 *
 * @module
 */

import {
  addWeights,
  type Device,
  foldIn,
  jit,
  type Key,
  noWeights,
  permutation,
  type Tensor,
} from "../../mod.ts";
import type { Images } from "../data/images.ts";
import { evenBatches, gatherTensor } from "./evaluate.ts";
import type { Model, Params } from "../models/model.ts";

/** Codes of each image that are drawn and decoded together. */
const CHUNK = 10;

/** The average of an upper bound on −log p(x) over the images of a split, in nats; the key decides on the codes. */
export type BoundLikelihood = (params: Params, images: Images, key: Key) => Promise<number>;

/** The importance bound of a model of known density, by so many codes of each image, in batches of about `batch` images. */
export function makeBoundLikelihood(
  model: Model,
  samples: number,
  batch: number,
  device: Device,
): BoundLikelihood {
  const chunks = evenBatches(samples, Math.min(samples, CHUNK)).map(({ start, end }) =>
    end - start
  );
  const add = (count: number) =>
    jit(
      (total: Tensor, params: Params, images: Tensor, key: Key) =>
        addWeights(total, model.logWeights(params, images, key, count)),
      { device, donate: [0] },
    );
  const adders = new Map(chunks.map((count) => [count, add(count)]));

  return async (params, images, key) => {
    const order = await permutation(key, images.count).read();
    let bound = 0;
    for (const { start, end } of evenBatches(images.count, batch)) {
      using rows = gatherTensor(images, order.subarray(start, end));
      let total = noWeights(end - start);
      for (const [i, count] of chunks.entries()) {
        const noise = foldIn(foldIn(key, start), i);
        total = adders.get(count)!(total, params, rows, noise);
      }
      using whole = total;
      for (const logSum of await whole.read()) bound -= logSum - Math.log(samples);
    }
    return bound / images.count;
  };
}

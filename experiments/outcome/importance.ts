/**
 * A bound on the likelihood of a split, from many codes of each image.
 *
 * @module
 */

import { type Device, foldIn, jit, type Key, permutation, type Tensor } from "../../mod.ts";
import { addWeights, noWeights } from "../../lib/densities/mod.ts";
import type { Images } from "../data/images.ts";
import { evenBatches, gatherTensor } from "./evaluate.ts";
import type { Model, Params } from "../models/model.ts";

/** The number of codes per image that are drawn and decoded together. */
const CHUNK = 10;

/** The average over a split of an upper bound on −log p(x), in nats; the key decides the codes. */
export type BoundLikelihood = (params: Params, images: Images, key: Key) => Promise<number>;

/**
 * The importance bound of a model.
 *
 * @param logWeights those of the model, if its latent has a density, otherwise of a fitted prior
 * @param samples the number of codes per image
 * @param batch about the number of images in a batch
 */
export function makeBoundLikelihood(
  logWeights: Model["logWeights"],
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
        addWeights(total, logWeights(params, images, key, count)),
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

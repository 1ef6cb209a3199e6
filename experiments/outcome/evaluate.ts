/**
 * Rate and distortion on a whole split, without leaving out the last images.
 *
 * @module
 */

import { type Device, foldIn, jit, type Key, permutation, type Tensor, tensor } from "../../mod.ts";
import { gatherImages, type Images } from "../data/images.ts";
import type { Metrics } from "../runs/history.ts";
import type { Model, Params } from "../models/model.ts";
import { average, emptyTrace, readTrace, record } from "./trace.ts";

/**
 * The average losses over a split, or over some of its images at random; the key decides the order
 * of the images and the noise.
 *
 * @param count the number of images; all unless given
 */
export type Evaluate = (
  params: Params,
  images: Images,
  key: Key,
  count?: number,
) => Promise<Metrics>;

/**
 * Evaluates a model in batches of about `batch` images; echoes are drawn within each batch.
 *
 * @param seen what the model is shown of a batch, with a key for its noise; the images themselves
 * unless given
 */
export function makeEvaluate(
  model: Model,
  batch: number,
  device: Device,
  seen: (images: Tensor, key: Key) => [images: Tensor, key: Key] = (images, key) => [images, key],
): Evaluate {
  const { names } = model;
  const step = jit(
    (trace: Tensor, params: Params, images: Tensor, index: Tensor, key: Key) => {
      const losses = model.losses(params, ...seen(images, foldIn(key, index)));
      return record(trace, index, losses, names);
    },
    { device, donate: [0] },
  );

  return async (params, images, key, count = images.count) => {
    // Some data sets are sorted by class; without shuffling, all echoes would come from the image's
    // own class.
    const order = await permutation(key, images.count).read();
    const batches = evenBatches(count, batch);
    let trace = emptyTrace(batches.length, names);
    for (const [i, { start, end }] of batches.entries()) {
      using rows = gatherTensor(images, order.subarray(start, end));
      using index = tensor(i, { dtype: "int32" });
      trace = step(trace, params, rows, index, key);
    }
    using whole = trace;
    const losses = await readTrace(whole, batches.length, names);
    return average(losses, batches.map(({ start, end }) => end - start));
  };
}

/** The images at the given indices as a tensor [indices, pixels]. */
export function gatherTensor(images: Images, indices: ArrayLike<number>): Tensor {
  return tensor(gatherImages(images, indices), { shape: [indices.length, images.pixels] });
}

/**
 * The fewest batches of at most `size` images that cover `count` images. Their sizes differ by at
 * most one, because a small last batch would have few echoes: 250 images in batches of at most 100
 * are 83 + 83 + 84. No batch holds a single image, which would have no echoes at all; batches may
 * then exceed `size` by one.
 */
export function evenBatches(count: number, size: number): { start: number; end: number }[] {
  const batches = Math.max(1, Math.min(Math.ceil(count / size), Math.floor(count / 2)));
  const bound = (i: number) => Math.floor(i * count / batches);
  return Array.from({ length: batches }, (_, i) => ({ start: bound(i), end: bound(i + 1) }));
}

/**
 * Rate and distortion on a whole split, the last partial batch included.
 *
 * @module
 */

import { type Device, foldIn, jit, type Key, permutation, type Tensor, tensor } from "../../mod.ts";
import { gatherImages, type Images } from "../data/images.ts";
import type { Metrics } from "../runs/history.ts";
import type { Model, Params } from "../models/model.ts";
import { average, emptyTrace, readTrace, record } from "./trace.ts";

/** Averages over the images of a split; the key decides on their order and their noise. */
export type Evaluate = (params: Params, images: Images, key: Key) => Promise<Metrics>;

/** The evaluation of a model in batches of about `batch` images; echoes are drawn within each batch. */
export function makeEvaluate(model: Model, batch: number, device: Device): Evaluate {
  const { names } = model;
  const step = jit(
    (trace: Tensor, params: Params, images: Tensor, index: Tensor, key: Key) =>
      record(trace, index, model.losses(params, images, foldIn(key, index)), names),
    { device, donate: [0] },
  );

  return async (params, images, key) => {
    // Some data sets are sorted by class, and echoes of one's own class would be no fair noise.
    const order = await permutation(key, images.count).read();
    const batches = evenBatches(images.count, batch);
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

/** The images at some indices as a tensor [indices, pixels]. */
export function gatherTensor(images: Images, indices: ArrayLike<number>): Tensor {
  return tensor(gatherImages(images, indices), { shape: [indices.length, images.pixels] });
}

/**
 * The fewest batches of at most `size` that cover `count` images, their sizes differing by at most one: a small leftover
 * batch would have few echoes. Where one of them would hold a single image, which has none, they are larger by one instead.
 */
export function evenBatches(count: number, size: number): { start: number; end: number }[] {
  const batches = Math.max(1, Math.min(Math.ceil(count / size), Math.floor(count / 2)));
  const bound = (i: number) => Math.floor(i * count / batches);
  return Array.from({ length: batches }, (_, i) => ({ start: bound(i), end: bound(i + 1) }));
}

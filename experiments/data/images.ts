/**
 * Images as the trainer wants them: rows of pixel values in [0, 1].
 *
 * @module
 */

import { UserError } from "../errors.ts";

/** A set of images, row-major: image i is `data[i·pixels … (i+1)·pixels)`. */
export interface Images {
  /** How many images. */
  count: number;
  /** Values per image. */
  pixels: number;
  /** Values in [0, 1], count·pixels of them; bytes where all of them are 0 or 1. */
  data: Uint8Array | Float32Array;
  /** The class of each image, where the data set has them: nothing is trained on it. */
  labels?: Uint8Array;
}

/** A data set, split as it is trained, validated and tested on. */
export interface DataSet {
  /** The name that `--dataset` takes. */
  name: string;
  /** Pixels in a row of an image. */
  width: number;
  /** Rows of an image. */
  height: number;
  train: Images;
  valid: Images;
  test: Images;
}

/**
 * Images from their values, checked: a model must never be trained on a NaN or on grey levels up to 255 unawares.
 *
 * @param source where the values come from, for the message
 * @throws {UserError} if the number of values is not a multiple of `pixels`, or a value is not in [0, 1]
 */
export function makeImages(
  data: Uint8Array | Float32Array,
  pixels: number,
  source: string,
): Images {
  const count = data.length / pixels;
  if (!Number.isInteger(count)) {
    throw new UserError(
      `${source} holds ${data.length} values, which is not a whole number of images of ${pixels} pixels`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= 0 && data[i] <= 1) continue; // NaN is on neither side
    const where = `image ${Math.floor(i / pixels)}, pixel ${i % pixels}`;
    throw new UserError(`${source}: ${where} is ${data[i]}, but pixels must lie in [0, 1]`);
  }
  return { count, pixels, data };
}

/** The images from `start` up to `end`, sharing memory with the whole. */
export function sliceImages(images: Images, start: number, end: number): Images {
  const { pixels } = images;
  const data = images.data.subarray(start * pixels, end * pixels);
  const labels = images.labels?.subarray(start, end);
  return { count: data.length / pixels, pixels, data, labels };
}

/** The images at the given indices, copied out as [indices, pixels] float32. */
export function gatherImages(
  images: Images,
  indices: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const { pixels, data } = images;
  const rows = new Float32Array(indices.length * pixels);
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i] * pixels;
    rows.set(data.subarray(start, start + pixels), i * pixels);
  }
  return rows;
}

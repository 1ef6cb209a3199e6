/**
 * Images as the trainer wants them: rows of pixel values in [0, 1].
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { permutation } from "../../mod.ts";
import type { Key } from "../../mod.ts";

/** A set of images, row-major: image i is `data[i·pixels … (i+1)·pixels)`. */
export interface Images {
  /** How many images. */
  count: number;
  /** Values per image. */
  pixels: number;
  /** Values in [0, white], count·pixels of them; bytes where all of them are whole numbers. */
  data: Uint8Array | Float32Array;
  /** The value that stands for 1: 255 for grey levels in bytes, a quarter of the memory of float32. */
  white: 1 | 255;
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
  /** Whether training draws the pixels of each batch anew, each from Bernoulli(its grey level). */
  redraw?: boolean;
}

/**
 * Images from their values, checked: a model must never be trained on a NaN or on grey levels up to 255 unawares.
 *
 * @param source where the values come from, for the message
 * @param white the value that stands for 1
 * @throws {UserError} if the number of values is not a multiple of `pixels`, or a value is not in [0, white]
 */
export function makeImages(
  data: Uint8Array | Float32Array,
  pixels: number,
  source: string,
  white: 1 | 255 = 1,
): Images {
  const count = data.length / pixels;
  if (!Number.isInteger(count)) {
    throw new UserError(
      `${source} holds ${data.length} values, which is not a whole number of images of ${pixels} pixels`,
    );
  }
  const isBounded = data instanceof Uint8Array && white === 255;
  for (let i = 0; i < data.length && !isBounded; i++) {
    if (data[i] >= 0 && data[i] <= white) continue; // NaN is on neither side
    const where = `image ${Math.floor(i / pixels)}, pixel ${i % pixels}`;
    throw new UserError(
      `${source}: ${where} is ${data[i]}, but pixels must lie in [0, 1], or in bytes of 0 to 255`,
    );
  }
  return { count, pixels, data, white };
}

/**
 * The value that stands for 1 in the arrays of a file: bytes above 1 are grey levels up to 255.
 *
 * @param arrays by what they are for
 * @param source the file's name, for the message
 * @throws {UserError} if one array has grey levels up to 255, and another zeros and ones: 1 cannot be both white and black
 */
export function whiteOf(
  arrays: Readonly<Record<string, { data: Uint8Array | Float32Array } | undefined>>,
  source: string,
): 1 | 255 {
  const largest = Object.entries(arrays).map(([name, array]) =>
    [name, array?.data instanceof Uint8Array ? largestUpTo2(array.data) : 0] as const
  );
  const [grey] = largest.find(([, value]) => value === 2) ?? [];
  if (grey === undefined) return 1;
  const [binary] = largest.find(([, value]) => value === 1) ?? [];
  if (binary === undefined) return 255;
  throw new UserError(
    `${source} has bytes up to 255 in the ${grey} images, but only 0 and 1 in the ${binary} images`,
  );
}

/** The largest of some bytes; 2 for all that are larger than 1. */
function largestUpTo2(bytes: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < bytes.length && largest < 2; i++) largest = Math.max(largest, bytes[i]);
  return Math.min(2, largest);
}

/** The images from `start` up to `end`, sharing memory with the whole. */
export function sliceImages(images: Images, start: number, end: number): Images {
  const { pixels } = images;
  const data = images.data.subarray(start * pixels, end * pixels);
  const labels = images.labels?.subarray(start, end);
  return { ...images, count: data.length / pixels, data, labels };
}

/** The images of several sets of the same kind, one set after the other, without labels. */
export function joinImages(...sets: readonly [Images, ...Images[]]): Images {
  const { data: first, pixels, white } = sets[0];
  const length = sets.reduce((total, { data }) => total + data.length, 0);
  const data = first instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const set of sets) {
    data.set(set.data, at);
    at += set.data.length;
  }
  return { count: length / pixels, pixels, data, white };
}

/** The images in a random order, which the key decides on: files are often sorted by class. */
export async function shuffleImages(images: Images, key: Key): Promise<Images> {
  const { count, pixels } = images;
  const order = await permutation(key, count).read();
  const data = images.data.slice();
  for (let i = 0; i < count; i++) {
    const from = order[i] * pixels;
    data.set(images.data.subarray(from, from + pixels), i * pixels);
  }
  const labels = images.labels?.map((_, i, all) => all[order[i]]);
  return { ...images, data, labels };
}

/** The images at the given indices, copied out as [indices, pixels] float32 in [0, 1]. */
export function gatherImages(
  images: Images,
  indices: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const { pixels, data, white } = images;
  const rows = new Float32Array(indices.length * pixels);
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i] * pixels;
    rows.set(data.subarray(start, start + pixels), i * pixels);
  }
  if (white !== 1) { for (let i = 0; i < rows.length; i++) rows[i] /= white; }
  return rows;
}

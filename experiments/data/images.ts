/**
 * Images for training: rows of pixel values in [0, 1].
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { type Key, permutation } from "../../mod.ts";
import type { Renderer } from "./factors.ts";

/** What all sets of images have. */
interface ImageSet {
  /** The number of images. */
  count: number;
  /** The number of pixels of an image. */
  pixels: number;
  /**
   * The value of white: 255 for grey levels in bytes, which take a quarter of the memory of
   * float32.
   */
  white: 1 | 255;
  /** The class of each image, if the data set has classes; training does not use it. */
  labels?: Uint8Array;
}

/** Images in memory, row-major: image i is `data.slice(i·pixels, (i+1)·pixels)`. */
export interface StoredImages extends ImageSet {
  /** count·pixels values in [0, white]; bytes if all are whole numbers. */
  data: Uint8Array | Float32Array;
}

/** Binary images that are made from their numbers when a batch needs them. */
export interface RenderedImages extends ImageSet {
  /** The number of each image: the combination of its factors. */
  numbers: Uint32Array;
  renderer: Renderer;
}

/** A set of images. */
export type Images = StoredImages | RenderedImages;

/** A data set, split for training, validation and testing. */
export interface DataSet<I extends Images = Images> {
  /** The value of `--dataset`. */
  name: string;
  /** The number of pixels in a row of an image. */
  width: number;
  /** The number of rows of an image. */
  height: number;
  train: I;
  valid: I;
  test: I;
  /** Whether training draws each pixel anew for each batch, from Bernoulli(grey level). */
  redraw?: boolean;
}

/** The size of the images: [height, width]. */
export const sizeOf = ({ height, width }: DataSet): [height: number, width: number] => [
  height,
  width,
];

/**
 * Makes images from values and checks them: no model must be trained on a NaN, or on grey levels up
 * to 255 by mistake.
 *
 * @param source the name of the file, for the message
 * @param white the value of white
 * @throws {UserError} if the number of values is not a multiple of `pixels`, or a value is not in
 *   [0, white]
 */
export function makeImages(
  data: Uint8Array | Float32Array,
  pixels: number,
  source: string,
  white: 1 | 255 = 1,
): StoredImages {
  const count = data.length / pixels;
  if (!Number.isInteger(count)) {
    throw new UserError(
      `${source} has ${data.length} values, which is not a whole number of images of ${pixels} pixels`,
    );
  }
  const isBounded = data instanceof Uint8Array && white === 255;
  for (let i = 0; i < data.length && !isBounded; i++) {
    if (data[i] >= 0 && data[i] <= white) continue; // both comparisons are false for NaN
    const where = `image ${Math.floor(i / pixels)}, pixel ${i % pixels}`;
    throw new UserError(
      `${source}: ${where} is ${data[i]}, but pixels must be in [0, 1], or bytes from 0 to 255`,
    );
  }
  return { count, pixels, data, white };
}

/**
 * The value of white in the arrays of a file: if a byte is above 1, the bytes are grey levels up to
 * 255.
 *
 * @param arrays the arrays by their purpose, such as `training`
 * @param source the name of the file, for the message
 * @throws {UserError} if one array has grey levels up to 255, and another zeros and ones: 1 cannot
 *   be both white and black
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

/** The largest byte, but at most 2. */
function largestUpTo2(bytes: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < bytes.length && largest < 2; i++) largest = Math.max(largest, bytes[i]);
  return Math.min(2, largest);
}

/** The images from `start` up to `end`, which share memory with all images. */
export function sliceImages<I extends Images>(images: I, start: number, end: number): I {
  const { pixels } = images;
  const labels = images.labels?.subarray(start, end);
  if ("renderer" in images) {
    const numbers = images.numbers.subarray(start, end);
    return { ...images, count: numbers.length, numbers, labels };
  }
  const data = (images as StoredImages).data.subarray(start * pixels, end * pixels);
  return { ...images, count: data.length / pixels, data, labels };
}

/** The images at the given indices, as a set of their own. */
function pickImages<I extends Images>(images: I, indices: ArrayLike<number>): I {
  const count = indices.length;
  const picked = { ...images, count };
  const { labels, pixels } = images;
  if (labels !== undefined) picked.labels = Uint8Array.from(indices, (i) => labels[i]);
  if ("renderer" in images) {
    const { numbers } = images;
    return { ...picked, numbers: Uint32Array.from(indices, (i) => numbers[i]) };
  }
  const { data } = images as StoredImages;
  const own = data.slice(0, count * pixels);
  for (let i = 0; i < count; i++) {
    own.set(data.subarray(indices[i] * pixels, (indices[i] + 1) * pixels), i * pixels);
  }
  return { ...picked, data: own };
}

/**
 * The first images of each label, in their order.
 *
 * @param name the name of the data set, for the message
 * @throws {UserError} if the images have no labels, or a label has fewer images
 */
export function firstOfEachLabel<I extends Images>(images: I, count: number, name: string): I {
  const { labels } = images;
  if (labels === undefined) {
    throw new UserError(`${name} has no labels, so it cannot give ${count} images of each label`);
  }
  const found = new Map<number, number>();
  const chosen: number[] = [];
  for (const [i, label] of labels.entries()) {
    const before = found.get(label) ?? 0;
    found.set(label, before + 1);
    if (before < count) chosen.push(i);
  }
  for (const [label, there] of found) {
    if (there >= count) continue;
    throw new UserError(
      `${name} has ${there} training images of label ${label}, but ${count} of each are asked for`,
    );
  }
  return pickImages(images, chosen);
}

/** Joins sets of images of the same kind; labels are dropped. */
export function joinImages(
  ...sets: readonly [StoredImages, ...StoredImages[]]
): StoredImages {
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

/** The images in a random order that the key decides; files are often sorted by class. */
export async function shuffleImages<I extends Images>(images: I, key: Key): Promise<I> {
  return pickImages(images, await permutation(key, images.count).read());
}

/**
 * Copies the images at the given indices, or makes them: float32 values in [0, 1] of shape
 * [indices, pixels].
 */
export function gatherImages(
  images: Images,
  indices: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const { pixels, white } = images;
  const rows = new Float32Array(indices.length * pixels);
  for (let i = 0; i < indices.length; i++) {
    if ("renderer" in images) {
      const row = rows.subarray(i * pixels, (i + 1) * pixels);
      images.renderer.render(images.numbers[indices[i]], row);
    } else {
      const start = indices[i] * pixels;
      rows.set(images.data.subarray(start, start + pixels), i * pixels);
    }
  }
  if (white !== 1) { for (let i = 0; i < rows.length; i++) rows[i] /= white; }
  return rows;
}

/**
 * Grey images as binary ones: each pixel is drawn once with a fixed key, so that everybody gets the
 * same data set.
 *
 * @module
 */

import { div, foldIn, key, less, tensor, uniform } from "../../mod.ts";
import type { Images } from "./images.ts";

/** The number of each part's key. */
const PARTS = { training: 0, test: 1 };

/**
 * Draws each pixel from Bernoulli(grey level).
 *
 * Only pixels that are neither black nor white need a draw: a sixth of MNIST's pixels. In reading
 * order, each takes an element of one tensor uniform(key), and becomes 1 if the element is less
 * than the grey level. The key is foldIn(key(0), 0) for the training images, which end with the
 * validation images, and foldIn(key(0), 1) for the test images.
 *
 * @param grey the images
 * @param part the part of the data set that they are
 * @returns the images with pixels 0 and 1; rendered images are binary already
 */
export async function binarise<I extends Images>(grey: I, part: keyof typeof PARTS): Promise<I> {
  if ("renderer" in grey) return grey;
  const { data, white } = grey;
  const binary = new Uint8Array(data.length);
  // Long enough for all pixels; the operating system gives memory only to pages that are written.
  const places = new Uint32Array(data.length);
  const levels = new Float32Array(data.length);
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const level = data[i];
    if (level === 0) continue;
    if (level === white) binary[i] = 1;
    else {
      places[count] = i;
      levels[count++] = level;
    }
  }
  // This line defines the data set. It does not use the library's bernoulli, which may change.
  const uniforms = uniform(foldIn(key(0), PARTS[part]), [count]);
  using draws = less(uniforms, div(tensor(levels.subarray(0, count)), white));
  const drawn = await draws.read();
  for (let j = 0; j < count; j++) binary[places[j]] = drawn[j];
  return { ...grey, data: binary, white: 1 };
}

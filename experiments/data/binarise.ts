/**
 * Grey images as binary ones: each pixel is drawn once, by a fixed key, so that everybody has the same data set.
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
 * Only pixels that are neither black nor white need a draw, a sixth of MNIST's. In reading order they take the elements of
 * one tensor uniform(key), and are 1 where it is less than the grey level. The key is foldIn(key(0), 0) for the training
 * images (with those to validate at their end) and foldIn(key(0), 1) for the test images.
 *
 * @param grey the images
 * @param part which part of the data set they are
 * @returns as many images of zeros and ones
 */
export async function binarise(grey: Images, part: keyof typeof PARTS): Promise<Images> {
  const { data, white } = grey;
  const binary = new Uint8Array(data.length);
  // As long as if all pixels were grey; memory that nobody writes to costs nothing.
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
  // The definition of the data set, which no change of the library's own bernoulli may touch.
  const uniforms = uniform(foldIn(key(0), PARTS[part]), [count]);
  using draws = less(uniforms, div(tensor(levels.subarray(0, count)), white));
  const drawn = await draws.read();
  for (let j = 0; j < count; j++) binary[places[j]] = drawn[j];
  return { ...grey, data: binary, white: 1 };
}

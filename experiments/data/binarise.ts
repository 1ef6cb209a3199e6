/**
 * Grey images as binary ones: each pixel is drawn once, by a fixed key, so that everybody has the same data set.
 *
 * @module
 */

import { bernoulli, div, foldIn, key, tensor } from "../../mod.ts";

/** The number of each file's key. */
const FILE_NUMBERS = { train: 0, test: 1 };

/**
 * Draws each pixel from Bernoulli(grey level / 255).
 *
 * Only pixels that are neither black nor white need a draw, a sixth of them. In reading order they take the elements of one
 * bernoulli tensor, whose key is foldIn(key(0), 0) for the training file and foldIn(key(0), 1) for the test file.
 *
 * @param grey grey levels, 0 to 255
 * @param file which file of the data set they come from
 * @returns as many zeros and ones
 */
export async function binarise(
  grey: Uint8Array,
  file: keyof typeof FILE_NUMBERS,
): Promise<Uint8Array> {
  const isOpen = (level: number) => level > 0 && level < 255;
  const levels = new Float32Array(grey.filter(isOpen));
  using draws = bernoulli(foldIn(key(0), FILE_NUMBERS[file]), div(tensor(levels), 255));
  const drawn = await draws.read();

  const binary = new Uint8Array(grey.length);
  for (let i = 0, next = 0; i < grey.length; i++) {
    binary[i] = isOpen(grey[i]) ? drawn[next++] : grey[i] / 255;
  }
  return binary;
}

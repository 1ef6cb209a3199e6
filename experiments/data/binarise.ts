/**
 * Grey images as binary ones: each pixel is drawn once, by a fixed key, so that everybody has the same data set.
 *
 * @module
 */

import { bernoulli, div, foldIn, key, tensor } from "../../mod.ts";
import type { Images } from "./images.ts";

/** The number of each part's key. */
const PARTS = { training: 0, test: 1 };

/**
 * Draws each pixel from Bernoulli(grey level).
 *
 * Only pixels that are neither black nor white need a draw, a sixth of MNIST's. In reading order they take the elements of
 * one bernoulli tensor, whose key is foldIn(key(0), 0) for the training images (with those to validate at their end) and
 * foldIn(key(0), 1) for the test images.
 *
 * @param grey the images
 * @param part which part of the data set they are
 * @returns as many images of zeros and ones
 */
export async function binarise(grey: Images, part: keyof typeof PARTS): Promise<Images> {
  const { data, white } = grey;
  const isOpen = (level: number) => level > 0 && level < white;
  const levels = new Float32Array(data.filter(isOpen));
  using draws = bernoulli(foldIn(key(0), PARTS[part]), div(tensor(levels), white));
  const drawn = await draws.read();

  const binary = new Uint8Array(data.length);
  for (let i = 0, next = 0; i < data.length; i++) {
    binary[i] = isOpen(data[i]) ? drawn[next++] : data[i] / white;
  }
  return { ...grey, data: binary, white: 1 };
}

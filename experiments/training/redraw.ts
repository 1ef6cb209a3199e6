/**
 * Grey images redrawn as zeros and ones in each step, as Burda, Grosse and Salakhutdinov (2016)
 * train on them.
 *
 * @module
 */

import { bernoulli, cast, type Key, split, type Tensor } from "../../mod.ts";

/**
 * Draws each pixel from Bernoulli(grey level), and returns a key for the noise of the step. The key
 * decides the draw; each training step has its own key, so the images differ from step to step.
 */
export function redrawn(images: Tensor, key: Key): [images: Tensor, key: Key] {
  const [pixels, noise] = split(key);
  return [cast(bernoulli(pixels, images), "float32"), noise];
}

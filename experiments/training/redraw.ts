/**
 * Grey images that are drawn as zeros and ones for each step anew, as Burda, Grosse and Salakhutdinov (2016) train on them.
 *
 * @module
 */

import { bernoulli, cast, type Key, split, type Tensor } from "../../mod.ts";

/**
 * Images whose pixels are drawn from Bernoulli(grey level), and a key for what follows: the draw follows from the key, so a
 * training step, whose key is its own, sees another one each time.
 */
export function redrawn(images: Tensor, key: Key): [images: Tensor, key: Key] {
  const [pixels, noise] = split(key);
  return [cast(bernoulli(pixels, images), "float32"), noise];
}

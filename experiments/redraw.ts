/**
 * Grey images that are drawn as zeros and ones for each step anew, as Burda, Grosse and Salakhutdinov (2016) train on them.
 *
 * @module
 */

import { bernoulli, cast, split } from "../mod.ts";
import type { Model } from "./model.ts";

/**
 * A model whose losses are those of images whose pixels are drawn from Bernoulli(grey level): the draw follows from the key,
 * so a training step, whose key is its own, sees another one each time.
 */
export function redrawing(model: Model): Model {
  return {
    ...model,
    losses(params, images, key) {
      const [pixels, noise] = split(key);
      return model.losses(params, cast(bernoulli(pixels, images), "float32"), noise);
    },
  };
}

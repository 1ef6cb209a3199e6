/**
 * The published images of dSprites (Matthey, Higgins, Hassabis and Lerchner, 2017): one file with
 * an image of each combination of the factors. In memory a pixel takes a bit: 377 MB instead of 3
 * GB.
 *
 * @module
 */

import { classesOf, countCombinations, type Factors, type Renderer } from "./factors.ts";
import { readNpz } from "../formats/npy.ts";
import { UserError } from "../shell/errors.ts";
import type { Source } from "./source.ts";
import { SPRITE_FACTORS, SPRITE_SIDE } from "./sprites.ts";

const PIXELS = SPRITE_SIDE * SPRITE_SIDE;
const GIT_BLOB = "d98996d3f8ee1550e06b9d4ed78d0beb478910d5";

/** The only file. */
export const DSPRITES: Source = {
  name: "dsprites",
  licence: "Apache 2.0, DeepMind",
  mirrors: ["https://github.com/deepmind/dsprites-dataset/raw/master"],
  files: [{
    name: "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz",
    most: 2 ** 25,
    digest: { gitBlob: GIT_BLOB },
  }],
};

/**
 * The images in the file.
 *
 * @param factors those of the published file unless given
 * @throws {UserError} if an array is missing or has another shape, a pixel is neither 0 nor 1, or
 *   the images are in another order than that of their factors
 */
export function readDsprites(
  [content]: readonly Uint8Array[],
  factors: Factors = SPRITE_FACTORS,
): Renderer {
  const source = DSPRITES.files[0].name;
  const { arrays } = readNpz(content, source);
  const count = countCombinations(factors);
  const arrayOf = (name: string, shape: readonly number[]) => {
    const array = arrays.get(name);
    if (array?.shape.join() === shape.join()) return array.data;
    const found = array === undefined ? "no array of numbers" : `an array [${array.shape}]`;
    throw new UserError(`${source} has ${found} "${name}", but needs one of shape [${shape}]`);
  };
  const bits = packBits(arrayOf("imgs", [count, SPRITE_SIDE, SPRITE_SIDE]), source);
  // The first column is the colour, which is always white.
  const width = factors.sizes.length + 1;
  const classes = arrayOf("latents_classes", [count, width]);
  for (let i = 0; i < count; i++) {
    if (classesOf(factors, i).every((value, j) => classes[i * width + 1 + j] === value)) continue;
    throw new UserError(`${source}: image ${i} does not have the classes of that number`);
  }
  return {
    factors,
    identity: `dsprites, ${GIT_BLOB}`,
    pixels: PIXELS,
    render(number, row) {
      const image = bits.subarray(number * PIXELS / 8, (number + 1) * PIXELS / 8);
      for (let i = 0; i < PIXELS; i++) row[i] = image[i >> 3] >> (i & 7) & 1;
    },
  };
}

/** Eight pixels to a byte, the first one lowest. Image by image, so that indices stay small. */
function packBits(pixels: Uint8Array | Float32Array, source: string): Uint8Array {
  const bits = new Uint8Array(pixels.length / 8);
  for (let image = 0; image * PIXELS < pixels.length; image++) {
    const from = pixels.subarray(image * PIXELS, (image + 1) * PIXELS);
    const to = bits.subarray(image * PIXELS / 8, (image + 1) * PIXELS / 8);
    for (let i = 0; i < PIXELS; i++) {
      const value = from[i];
      if (value === 1) to[i >> 3] |= 1 << (i & 7);
      else if (value !== 0) {
        throw new UserError(
          `${source}: pixel ${i} of image ${image} is ${value}, but must be 0 or 1`,
        );
      }
    }
  }
  return bits;
}

/**
 * Between images and their factors: the classes of images, and the images of classes.
 *
 * @module
 */

import { classesOf, countCombinations, numberOf, type Renderer } from "./factors.ts";
import { foldIn, key } from "../../mod.ts";
import type { Collection } from "./collection.ts";
import {
  type DataSet,
  type Images,
  type RenderedImages,
  shuffleImages,
  sliceImages,
} from "./images.ts";

/** The renderer of a data set; undefined if its images are not made of factors. */
export function rendererOf({ train }: DataSet): Renderer | undefined {
  return "renderer" in train ? train.renderer : undefined;
}

/**
 * The classes of each image, row-major [images, factors]; undefined if the images are not made of
 * factors.
 */
export function factorClasses(images: Images): Int32Array | undefined {
  if (!("renderer" in images)) return undefined;
  const { numbers, renderer: { factors } } = images;
  const all = new Int32Array(numbers.length * factors.sizes.length);
  numbers.forEach((number, i) => all.set(classesOf(factors, number), i * factors.sizes.length));
  return all;
}

/**
 * The images with the given classes, also those that the data set leaves out.
 *
 * @param classes row-major [images, factors]
 * @throws {RangeError} if a class is not one of its factor's, or the last row is incomplete
 */
export function imagesOfClasses(renderer: Renderer, classes: ArrayLike<number>): RenderedImages {
  const { names, sizes } = renderer.factors;
  const count = classes.length / sizes.length;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `Cannot make images of ${classes.length} classes: they must be a multiple of the ` +
        `${sizes.length} factors`,
    );
  }
  for (let i = 0; i < classes.length; i++) {
    const [value, factor] = [classes[i], i % sizes.length];
    if (Number.isInteger(value) && value >= 0 && value < sizes[factor]) continue;
    throw new RangeError(
      `Cannot make an image of ${names[factor]} ${value}: it must be a whole number from 0 to ` +
        `${sizes[factor] - 1}`,
    );
  }
  const rows = Array.from(classes);
  const numbers = Uint32Array.from(
    { length: count },
    (_, i) => numberOf(renderer.factors, rows.slice(i * sizes.length, (i + 1) * sizes.length)),
  );
  return renderedImages(renderer, numbers);
}

/** The images with these numbers. The class of their first factor is their label. */
export function renderedImages(renderer: Renderer, numbers: Uint32Array): RenderedImages {
  const { factors, pixels } = renderer;
  const others = countCombinations(factors) / factors.sizes[0];
  const labels = Uint8Array.from(numbers, (number) => Math.floor(number / others));
  return { count: numbers.length, pixels, white: 1, labels, numbers, renderer };
}

/** The numbers of validation and of test images. */
const HELD_OUT = 10_000;

/** The numbers of training, validation and test images if this many images are split. */
export function splitSizes(count: number): [train: number, valid: number, test: number] {
  return [count - 2 * HELD_OUT, HELD_OUT, HELD_OUT];
}

/**
 * Images of these numbers, in an order by chance and split into training, validation and test
 * images. The original trained and tested on the same images.
 *
 * @param numbers all combinations unless given
 */
export async function splitRendered(
  renderer: Renderer,
  numbers: Uint32Array = Uint32Array.from(
    { length: countCombinations(renderer.factors) },
    (_, i) => i,
  ),
): Promise<Collection<RenderedImages>> {
  const side = Math.sqrt(renderer.pixels);
  const shuffled = await shuffleImages(renderedImages(renderer, numbers), foldIn(key(0), 2));
  const end = numbers.length - HELD_OUT;
  return {
    ...{ width: side, height: side, validation: HELD_OUT },
    training: sliceImages(shuffled, 0, end),
    test: sliceImages(shuffled, end, numbers.length),
  };
}

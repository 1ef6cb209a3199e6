/**
 * From the images of a source to a data set: which are drawn as zeros and ones, and which are for what.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { binarise } from "./binarise.ts";
import { type DataSet, type Images, sliceImages } from "./images.ts";
import type { Treatment } from "./treatment.ts";

/** Images as their source has them. */
export interface Collection {
  /** Pixels in a row of an image. */
  width: number;
  /** Rows of an image. */
  height: number;
  /** The images to train on and, at their end, those to validate on. */
  training: Images;
  /** How many of the training images are for validation. */
  validation: number;
  test: Images;
}

/**
 * Splits a collection. Validation and test images are the same whatever is asked for, so that results compare.
 *
 * @param name the data set's name
 * @param treatment.binarize `fixed` draws all pixels once; `batch` those of validation and test images, and leaves the
 * training images grey, to be drawn anew for each batch
 * @param treatment.trainSize how many images to train on, the first ones; beyond those that are not for validation, it takes
 * in those that are
 * @throws {UserError} if there are fewer images
 */
export async function splitCollection(
  name: string,
  { width, height, training, validation, test }: Collection,
  { binarize, trainSize = training.count - validation }: Treatment,
): Promise<DataSet> {
  if (trainSize > training.count) {
    throw new UserError(
      `the training size is ${trainSize}, but ${name} has ${training.count} images to train on, ` +
        `the ${validation} for validation included`,
    );
  }
  const draws = binarize === "fixed" || binarize === "batch";
  const drawn = draws ? await binarise(training, "training") : training;
  const trained = binarize === "batch" ? training : drawn;
  return {
    name,
    width,
    height,
    train: sliceImages(trained, 0, trainSize),
    valid: sliceImages(drawn, training.count - validation, training.count),
    test: draws ? await binarise(test, "test") : test,
    redraw: binarize === "batch",
  };
}

/**
 * From the images of a source to a data set: drawing them as zeros and ones, and splitting them.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { binarise } from "./binarise.ts";
import { type DataSet, firstOfEachLabel, type Images, sliceImages } from "./images.ts";
import type { Treatment } from "./treatment.ts";

/** The images of a source. */
export interface Collection<I extends Images = Images> {
  /** The number of pixels in a row of an image. */
  width: number;
  /** The number of rows of an image. */
  height: number;
  /** The training images, which end with the validation images. */
  training: I;
  /** The number of validation images. */
  validation: number;
  test: I;
}

/**
 * Splits a collection. The validation and test images never depend on the treatment, so that
 * results can be compared.
 *
 * @param name the name of the data set
 * @param treatment.binarize `fixed` draws all pixels once; `batch` draws those of the validation
 *   and test images, and leaves the training images grey, to be drawn anew for each batch
 * @param treatment.trainSize the number of training images, taken from the start; a large number
 *   includes validation images
 * @param treatment.perLabel of these, the number of images of each label
 * @throws {UserError} if there are fewer images, or no labels where they are asked for
 */
export async function splitCollection<I extends Images>(
  name: string,
  { width, height, training, validation, test }: Collection<I>,
  { binarize, trainSize = training.count - validation, perLabel }: Treatment,
): Promise<DataSet<I>> {
  if (trainSize > training.count) {
    throw new UserError(
      `the training size is ${trainSize}, but ${name} has ${training.count} training images, ` +
        `including the ${validation} for validation`,
    );
  }
  const draws = binarize === "fixed" || binarize === "batch";
  const drawn = draws ? await binarise(training, "training") : training;
  const trained = binarize === "batch" ? training : drawn;
  const train = sliceImages(trained, 0, trainSize);
  return {
    name,
    width,
    height,
    train: perLabel === undefined ? train : firstOfEachLabel(train, perLabel, name),
    valid: sliceImages(drawn, training.count - validation, training.count),
    test: draws ? await binarise(test, "test") : test,
    redraw: binarize === "batch",
  };
}

/**
 * Omniglot's handwritten letters, scaled and split by Burda, Grosse and Salakhutdinov (2016):
 * chardata.mat.
 *
 * @module
 */

import { foldIn, key } from "../../mod.ts";
import type { NumberArray } from "../formats/arrays.ts";
import type { Collection } from "./collection.ts";
import { quoted, UserError } from "../shell/errors.ts";
import { makeImages, shuffleImages, type StoredImages, whiteOf } from "./images.ts";
import { readMat } from "../formats/mat.ts";
import type { Source } from "./source.ts";

/**
 * The number of validation images among the 24,345 training images, as in Tomczak and Welling's
 * VampPrior paper (2018).
 */
const VALIDATION = 1345;

/** The only file. */
export const OMNIGLOT: Source = {
  name: "omniglot",
  licence: "MIT, Brenden Lake",
  mirrors: ["https://github.com/yburda/iwae/raw/master/datasets/OMNIGLOT"],
  files: [{
    name: "chardata.mat",
    most: 2 ** 25,
    digest: { gitBlob: "016a3536ffe5e1d38e42563a18d7a78bfaf643ec" },
  }],
};

/** The images in the file: grey, with ink as 1. */
export async function readOmniglot([content]: readonly Uint8Array[]): Promise<Collection> {
  const { training, test, side } = readChardata(content, OMNIGLOT.files[0].name);
  if (test === undefined) throw new UserError("chardata.mat has no array testdata");
  return {
    width: side,
    height: side,
    training: await shuffleImages(training, foldIn(key(0), 2)),
    validation: VALIDATION,
    test,
  };
}

/**
 * The images in a file like chardata.mat: arrays `data` and `testdata` of shape [pixels, images],
 * perhaps with `target` and `testtarget` of shape [classes, images].
 *
 * @throws {UserError} if the file is of another kind, has no `data`, or its images are not square
 */
export function readChardata(
  content: Uint8Array,
  source: string,
): { training: StoredImages; test?: StoredImages; side: number } {
  const arrays = readMat(content, source);
  const [data, testData] = [arrays.get("data"), arrays.get("testdata")];
  if (data === undefined) {
    const names = [...arrays.keys()].slice(0, 8).map(quoted).join(", ") || "none";
    throw new UserError(
      `${source} has no array of numbers "data" like chardata.mat; it has: ${names}`,
    );
  }
  const side = Math.sqrt(data.shape[0]);
  const white = whiteOf({ training: data, test: testData }, source);
  const imagesOf = (array: NumberArray, name: string, classes?: NumberArray): StoredImages => {
    if (array.shape.length !== 2 || array.shape[0] !== data.shape[0] || !Number.isInteger(side)) {
      throw new UserError(
        `${source}, ${name} has the shape [${array.shape}], but must have the pixels of a square image in each column`,
      );
    }
    const upright = transposeEach(array.data, side);
    const images = makeImages(upright, side * side, `${source}, ${name}`, white);
    return classes ? { ...images, labels: labelsOf(classes, images.count, source) } : images;
  };
  return {
    training: imagesOf(data, "data", arrays.get("target")),
    test: testData && imagesOf(testData, "testdata", arrays.get("testtarget")),
    side,
  };
}

/**
 * The class of each image, an alphabet in Omniglot, from an array [classes, images] with a 1 in the
 * row of the class.
 */
function labelsOf({ shape, data }: NumberArray, count: number, source: string): Uint8Array {
  const [classes, images] = shape;
  if (shape.length !== 2 || images !== count) {
    throw new UserError(
      `${source} has ${count} images, but the array of their classes has the shape [${shape}]`,
    );
  }
  return Uint8Array.from(
    { length: count },
    (_, i) => data.subarray(i * classes, (i + 1) * classes).indexOf(1),
  );
}

/** Brings images stored column by column (pixel (x, y) at side·x + y) into the order row by row. */
function transposeEach(
  values: Uint8Array | Float32Array,
  side: number,
): Uint8Array | Float32Array {
  const rows = values.slice();
  for (let start = 0; start < values.length; start += side * side) {
    for (let x = 0; x < side; x++) {
      for (let y = 0; y < side; y++) rows[start + side * y + x] = values[start + side * x + y];
    }
  }
  return rows;
}

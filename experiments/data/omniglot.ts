/**
 * Omniglot's handwritten letters as Burda, Grosse and Salakhutdinov (2016) scaled and split them: chardata.mat.
 *
 * @module
 */

import { foldIn, key } from "../../mod.ts";
import type { NumberArray } from "./arrays.ts";
import type { Collection } from "./collection.ts";
import { UserError } from "../errors.ts";
import { type Images, makeImages, shuffleImages, whiteOf } from "./images.ts";
import { readMat } from "./mat.ts";
import type { Source } from "./source.ts";

/** How many of the 24,345 training images are for validation, as in Tomczak and Welling's VampPrior paper (2018). */
const VALIDATION = 1345;

/** Its one file. */
export const OMNIGLOT: Source = {
  name: "omniglot",
  mirrors: ["https://github.com/yburda/iwae/raw/master/datasets/OMNIGLOT"],
  files: [{
    name: "chardata.mat",
    digest: { gitBlob: "016a3536ffe5e1d38e42563a18d7a78bfaf643ec" },
  }],
};

/** The images of its file: grey, the ink 1. */
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
 * The images of a file like chardata.mat: arrays `data` and `testdata` of [pixels, images].
 *
 * @throws {UserError} for another kind of file, without `data`, and if the images are not square
 */
export function readChardata(
  content: Uint8Array,
  source: string,
): { training: Images; test?: Images; side: number } {
  const arrays = readMat(content, source);
  const [data, testData] = [arrays.get("data"), arrays.get("testdata")];
  if (data === undefined) {
    const names = [...arrays.keys()].join(", ") || "none";
    throw new UserError(`${source} has no array of numbers "data", as chardata.mat has: ${names}`);
  }
  const side = Math.sqrt(data.shape[0]);
  const white = whiteOf([data, ...testData ? [testData] : []].map((array) => array.data));
  const imagesOf = (array: NumberArray, name: string) => {
    if (array.shape.length !== 2 || array.shape[0] !== data.shape[0] || !Number.isInteger(side)) {
      throw new UserError(
        `${source}, ${name} has the shape [${array.shape}], but must have the pixels of a square image in each column`,
      );
    }
    return makeImages(transposeEach(array.data, side), side * side, `${source}, ${name}`, white);
  };
  return {
    training: imagesOf(data, "data"),
    test: testData && imagesOf(testData, "testdata"),
    side,
  };
}

/** Images whose pixels are stored column by column (pixel (x, y) at side·x + y), row by row. */
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

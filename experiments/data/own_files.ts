/**
 * Images in files of the user's own: NumPy's npz and npy, idx, and MATLAB files like chardata.mat, each plain or gzipped.
 *
 * Where a file does not say which images are for what, a keyed permutation decides, as files are often sorted by class.
 *
 * @module
 */

import { basename, join } from "node:path";
import { foldIn, key } from "../../mod.ts";
import { UserError } from "../errors.ts";
import { isFolder, namesIn, readFile } from "../files.ts";
import type { NumberArray } from "./arrays.ts";
import type { Collection } from "./collection.ts";
import { isIdx, readIdx } from "./idx.ts";
import {
  type Images,
  joinImages,
  makeImages,
  shuffleImages,
  sliceImages,
  whiteOf,
} from "./images.ts";
import { isMat } from "./mat.ts";
import { isNpy, readNpy, readNpz } from "./npy.ts";
import { readChardata } from "./omniglot.ts";
import { unzip } from "./source.ts";
import { isZip } from "./zip.ts";

/** What an image alone in its split would lack: the echoes of others. */
const LEAST = 2;
/** The most that a permutation can order. */
const MOST = 2 ** 20;

/** The images of a file: those to train on, and those to validate and to test on if they are kept apart. */
interface Parts {
  width: number;
  height: number;
  training: Images;
  valid?: Images;
  test?: Images;
}

/**
 * Reads images from a path.
 *
 * - An **npz** file has arrays named `train`, `test` and perhaps `valid`, or a single array; an **npy** or **idx** file has one.
 *   An array is [images, height, width] or [images, pixels] (square ones, or else a row); bytes up to 255, or values in [0, 1].
 * - A **folder** has an idx file of images to train on and one to test on, named as MNIST's.
 * - A **MATLAB** file has `data` and perhaps `testdata`, as chardata.mat has.
 *
 * A single array is split 80/10/10. Where only validation images are missing, they are a sixth of those to train on.
 *
 * @throws {UserError} for everything else
 */
export async function readOwn(path: string): Promise<Collection> {
  const source = basename(path);
  const parts = await isFolder(path)
    ? await readFolder(path)
    : readParts(await unzip(await readFile(path), source), source);
  const { width, height, training, valid, test } = parts;
  for (const [name, images] of Object.entries({ training, valid, test })) {
    if (images && (images.count < LEAST || images.count > MOST)) {
      const bounds = `at least ${LEAST} and at most ${MOST} are needed`;
      throw new UserError(`${source} has ${images.count} ${name} images, but ${bounds}`);
    }
  }
  return { width, height, ...await splitParts(parts, source) };
}

/** Parts with all that is missing split off from the training images. */
async function splitParts(
  { training, valid, test }: Parts,
  source: string,
): Promise<Pick<Collection, "training" | "validation" | "test">> {
  if (valid && test) {
    return { training: joinImages(training, valid), validation: valid.count, test };
  }
  const shuffled = await shuffleImages(training, foldIn(key(0), 2));
  if (test) return { training: shuffled, validation: part(training.count, 6, source), test };
  const tenth = part(training.count, 10, source);
  return {
    training: sliceImages(shuffled, 0, training.count - tenth),
    validation: tenth,
    test: sliceImages(shuffled, training.count - tenth, training.count),
  };
}

/** How many images make such a part of all. */
function part(count: number, divisor: number, source: string): number {
  const images = Math.floor(count / divisor);
  if (images >= LEAST) return images;
  throw new UserError(
    `${source} has ${count} images to split, but at least ${LEAST * divisor} are needed`,
  );
}

/** The parts of a file of any kind: its first bytes tell which. */
function readParts(bytes: Uint8Array, source: string): Parts {
  if (isMat(bytes)) {
    const { side, ...parts } = readChardata(bytes, source);
    return { width: side, height: side, ...parts };
  }
  if (isZip(bytes)) return partsOfArrays(readNpz(bytes, source), source);
  if (isNpy(bytes)) return imagesOf({ training: readNpy(bytes, source) }, source);
  if (isIdx(bytes)) return imagesOf({ training: readIdx(bytes, source) }, source);
  throw new UserError(
    `${source} is not a file of images: it begins like no npz, npy, idx or MATLAB file`,
  );
}

/** The parts of named arrays. */
function partsOfArrays(arrays: Map<string, NumberArray>, source: string): Parts {
  const [training, valid, test] = ["train", "valid", "test"].map((name) => arrays.get(name));
  if (training && test) return imagesOf({ training, valid, test }, source);
  if (arrays.size === 1) return imagesOf({ training: [...arrays.values()][0] }, source);
  if (arrays.size === 0) throw new UserError(`${source} has no arrays`);
  throw new UserError(
    `${source} has the arrays ${[...arrays.keys()].join(", ")}, ` +
      `but needs train, test and perhaps valid, or a single array`,
  );
}

/** The parts of a folder of idx files. */
async function readFolder(folder: string): Promise<Parts> {
  const names = await namesIn(folder);
  const read = async (pattern: RegExp, like: string) => {
    const [name, ...others] = names.filter((name) => pattern.test(name));
    // A plain file comes before itself zipped.
    const other = others.find((other) => other !== `${name}.gz`);
    if (name === undefined || other !== undefined) {
      const found = name === undefined ? "no file" : `both ${name} and ${other}`;
      throw new UserError(`${folder} has ${found} like ${like}`);
    }
    return readIdx(await unzip(await readFile(join(folder, name)), name), name);
  };
  const training = await read(/train.*images/, "train-images-idx3-ubyte");
  const test = await read(/(t10k|test).*images/, "t10k-images-idx3-ubyte");
  return imagesOf({ training, test }, folder);
}

/** Arrays as images, which must be of one size and one type. */
function imagesOf(
  arrays: { training: NumberArray; valid?: NumberArray; test?: NumberArray },
  source: string,
): Parts {
  const given = Object.values(arrays).filter((array) => array !== undefined);
  const { width, height } = sizeOf(arrays.training, source);
  const white = whiteOf(given.map(({ data }) => data));
  const isByte = arrays.training.data instanceof Uint8Array;
  const make = (array: NumberArray) => {
    const size = sizeOf(array, source);
    if (size.width !== width || size.height !== height) {
      const [one, other] = [arrays.training, array].map(({ shape }) => `[${shape}]`);
      throw new UserError(`${source} has images of different sizes, in arrays ${one} and ${other}`);
    }
    if (array.data instanceof Uint8Array !== isByte) {
      throw new UserError(`${source} has bytes in one array and other numbers in another`);
    }
    return makeImages(array.data, width * height, source, white);
  };
  const { training, valid, test } = arrays;
  return {
    width,
    height,
    training: make(training),
    valid: valid && make(valid),
    test: test && make(test),
  };
}

/** The size of an image in an array. */
function sizeOf({ shape }: NumberArray, source: string): { width: number; height: number } {
  const [, height, width] = shape;
  if (shape.length === 3 && height * width > 0) return { width, height };
  if (shape.length === 2 && height > 0) {
    const side = Math.sqrt(height);
    return Number.isInteger(side) ? { width: side, height: side } : { width: height, height: 1 };
  }
  throw new UserError(
    `${source} has an array of shape [${shape}], but images are [images, height, width] or [images, pixels]`,
  );
}

/**
 * The user's own images: NumPy's npz and npy, idx, and MATLAB files like chardata.mat, each plain
 * or gzipped.
 *
 * If a file does not separate the images for training, validation and testing, they are shuffled
 * with a fixed key, because files are often sorted by class.
 *
 * @module
 */

import { basename, join } from "node:path";
import { foldIn, key } from "../../mod.ts";
import { quoted, UserError } from "../shell/errors.ts";
import { isFolder, namesIn } from "../shell/files.ts";
import type { NumberArray } from "../formats/arrays.ts";
import type { Collection } from "./collection.ts";
import { isIdx, readIdx } from "../formats/idx.ts";
import {
  joinImages,
  makeImages,
  shuffleImages,
  sliceImages,
  type StoredImages,
  whiteOf,
} from "./images.ts";
import { isMat } from "../formats/mat.ts";
import { isNpy, isOfMac, readNpy, readNpz } from "../formats/npy.ts";
import { readChardata } from "./omniglot.ts";
import { readUnzipped } from "../formats/unpack.ts";
import { isZip } from "../formats/zip_entries.ts";

/** The fewest images of a split: an image alone would have no echoes. */
const LEAST = 2;
/** The most images that a permutation can order. */
const MOST = 2 ** 20;

/**
 * The images of a file: those for training, and those for validation and testing if the file
 * separates them.
 */
interface Parts {
  width: number;
  height: number;
  training: StoredImages;
  valid?: StoredImages;
  test?: StoredImages;
  /** The array `labels` beside the only array of images. */
  labels?: NumberArray;
  /** The names of the arrays that are not read, since they have no real numbers. */
  leftOut?: readonly string[];
}

/** The parts of a data set. */
export type PartName = "train" | "valid" | "test";

/** The names for an array of validation images. */
const VALIDATION = ["valid", "val", "validation"];

/**
 * Reads images from a path.
 *
 * - An **npz** file has arrays `train`, `test` and perhaps `valid` (or `val`, or `validation`), or
 *   only one array, or only one with three or four axes. An **npy** or **idx** file has one array.
 * - A **folder** has an idx file of training images and one of test images, named like those of
 *   MNIST.
 * - A **MATLAB** file has `data` and perhaps `testdata`, like chardata.mat.
 *
 * The shape of an array is [images, height, width], perhaps with a single channel, or [images,
 * pixels]; then images are square if possible, otherwise one row. Values are bytes up to 255, or
 * numbers in [0, 1]. A single array is split 80/10/10. If only validation images are missing, a
 * sixth of the training images is taken for them.
 *
 * @param note called with a sentence about arrays that are left out
 * @throws {UserError} for anything else
 */
export async function readOwn(
  path: string,
  note: (sentence: string) => void = () => {},
): Promise<Collection> {
  const source = basename(path);
  const parts = await readAll(path, source);
  const { width, height, training, valid, test, leftOut = [] } = parts;
  if (leftOut.length > 0) note(`${source}: ${leftOutText(leftOut)}`);
  for (const [name, images] of Object.entries({ training, valid, test })) {
    if (images && (images.count < LEAST || images.count > MOST)) {
      const bounds = `at least ${LEAST} and at most ${MOST} are needed`;
      throw new UserError(`${source} has ${images.count} ${name} images, but ${bounds}`);
    }
  }
  return { width, height, ...await splitParts(parts, source) };
}

/**
 * Reads images from a path in their order, without splitting them: all images of a file with one
 * array, otherwise those of one part.
 *
 * @param note as in {@linkcode readOwn}
 * @throws {UserError} as {@linkcode readOwn}, and if the file has no such part
 */
export async function readPart(
  path: string,
  part: PartName,
  note: (sentence: string) => void = () => {},
): Promise<{ width: number; height: number; images: StoredImages }> {
  const source = basename(path);
  const { width, height, training, valid, test, labels, leftOut = [] } = await readAll(
    path,
    source,
  );
  if (leftOut.length > 0) note(`${source}: ${leftOutText(leftOut)}`);
  if (!valid && !test) {
    return {
      width,
      height,
      images: { ...training, labels: labels && bytesOf(labels, training.count, source) },
    };
  }
  const images = { train: training, valid, test }[part];
  if (images !== undefined) return { width, height, images };
  throw new UserError(`${source} has no ${part} images`);
}

/** Labels as bytes. */
function bytesOf({ shape, data }: NumberArray, count: number, source: string): Uint8Array {
  const isLabel = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;
  if (shape.join() === `${count}` && data.every(isLabel)) return Uint8Array.from(data);
  throw new UserError(
    `${source}: the labels must be ${count} whole numbers from 0 to 255, one for each image`,
  );
}

/** The parts of a file or a folder. */
async function readAll(path: string, source: string): Promise<Parts> {
  return await isFolder(path)
    ? await readFolder(path)
    : readParts(await readUnzipped(path, { source }), source);
}

/** Splits the missing parts off the training images. */
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

/** The number of images in a part: all divided by `divisor`. */
function part(count: number, divisor: number, source: string): number {
  const images = Math.floor(count / divisor);
  if (images >= LEAST) return images;
  throw new UserError(
    `${source} has ${count} images to split, but at least ${LEAST * divisor} are needed`,
  );
}

/** The parts of a file, whose kind is recognised by its first bytes. */
function readParts(bytes: Uint8Array, source: string): Parts {
  if (isMat(bytes)) {
    const { side, ...parts } = readChardata(bytes, source);
    return { width: side, height: side, ...parts };
  }
  if (isZip(bytes)) {
    const { arrays, leftOut } = readNpz(bytes, source);
    return { ...partsOfArrays(arrays, leftOut, source), leftOut };
  }
  if (isNpy(bytes)) return imagesOf({ training: readNpy(bytes, source) }, source);
  if (isIdx(bytes)) return imagesOf({ training: readIdx(bytes, source) }, source);
  throw new UserError(
    `${source} is not an npz, npy, idx or MATLAB file`,
  );
}

/** The parts of named arrays. */
function partsOfArrays(
  arrays: Map<string, NumberArray>,
  leftOut: readonly string[],
  source: string,
): Parts {
  const [training, test] = [arrays.get("train"), arrays.get("test")];
  const names = VALIDATION.filter((name) => arrays.has(name));
  if (names.length > 1) {
    throw new UserError(`${source} has both ${names.join(" and ")}, but needs one of them`);
  }
  const valid = arrays.get(names[0]);
  if (training && test) return imagesOf({ training, valid, test }, source);
  const all = [...arrays.values()];
  const high = all.filter(({ shape }) => shape.length > 2);
  for (const some of [all, high]) {
    if (some.length === 1) {
      return { ...imagesOf({ training: some[0] }, source), labels: arrays.get("labels") };
    }
  }
  const except = leftOut.length > 0 ? `; ${leftOutText(leftOut)}` : "";
  if (all.length === 0) throw new UserError(`${source} has no arrays of numbers${except}`);
  throw new UserError(
    `${source} has the arrays ${listed(arrays.keys())}, ` +
      `but needs train, test and perhaps valid, or a single array${except}`,
  );
}

function leftOutText(names: readonly string[]): string {
  return `${listed(names)} ${names.length > 1 ? "are" : "is"} left out: no real numbers`;
}

/** A list of the first eight names. */
function listed(names: Iterable<string>): string {
  const all = [...names].map(quoted);
  return all.slice(0, 8).join(", ") + (all.length > 8 ? `, and ${all.length - 8} more` : "");
}

/** The parts of a folder of idx files. */
async function readFolder(folder: string): Promise<Parts> {
  const names = (await namesIn(folder)).filter((name) => !isOfMac(name));
  const read = async (pattern: RegExp, like: string) => {
    const [name, ...others] = names.filter((name) => pattern.test(name));
    // A plain file sorts before its gzipped copy, and is preferred.
    const other = others.find((other) => other !== `${name}.gz`);
    if (name === undefined || other !== undefined) {
      const found = name === undefined ? "no file" : `both ${name} and ${other}`;
      throw new UserError(`${folder} has ${found} like ${like}`);
    }
    return readIdx(await readUnzipped(join(folder, name), { source: name }), name);
  };
  const training = await read(/train.*images/, "train-images-idx3-ubyte");
  const test = await read(/(t10k|test).*images/, "t10k-images-idx3-ubyte");
  return imagesOf({ training, test }, folder);
}

/** Makes images of arrays, which must have one size and one type. */
function imagesOf(
  arrays: { training: NumberArray; valid?: NumberArray; test?: NumberArray },
  source: string,
): Parts {
  const { width, height } = sizeOf(arrays.training, source);
  const white = whiteOf(arrays, source);
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

/** The size of the images in an array. */
function sizeOf({ shape }: NumberArray, source: string): { width: number; height: number } {
  // A single channel may be the last axis or the second one.
  const channel = shape.length === 4 ? [3, 1].find((axis) => shape[axis] === 1) : undefined;
  const [, height, width, ...more] = channel === undefined ? shape : shape.toSpliced(channel, 1);
  if (more.length === 0 && height * width > 0) return { width, height };
  if (shape.length === 2 && height > 0) {
    const side = Math.sqrt(height);
    return Number.isInteger(side) ? { width: side, height: side } : { width: height, height: 1 };
  }
  throw new UserError(
    `${source} has an array of shape [${shape}], but images are [images, height, width], ` +
      `perhaps with a single channel, or [images, pixels]`,
  );
}

/**
 * A cache of binarised data sets, one bit for each pixel: drawing 55 million pixels takes ten times
 * as long as reading them.
 *
 * @module
 */

import { dirname } from "node:path";
import { UserError } from "../shell/errors.ts";
import { makeFolder, readFile, writeFile } from "../shell/files.ts";
import { binarise } from "./binarise.ts";
import type { Collection } from "./collection.ts";
import { verifyDigest } from "./digest.ts";
import { sha256 } from "../formats/sha256.ts";
import type { StoredImages } from "./images.ts";

/** The numbers of images in a cache file and their size; the file itself has no header. */
export interface Layout {
  width: number;
  height: number;
  /** The number of training images, including the validation images at their end. */
  training: number;
  validation: number;
  test: number;
}

/** A cache file of binary images with labels. */
export interface BinaryCache {
  layout: Layout;
  /** The SHA-256 of the file, in hexadecimal. */
  sha256: string;
}

/**
 * Reads the binary images from the cache; if the file is missing or damaged, draws them and writes
 * the file.
 *
 * @param path the path of the cache file
 * @param read reads the grey images
 * @throws {UserError} if the drawn images have another checksum
 */
export async function readBinaryCache(
  path: string,
  { layout, sha256: wanted }: BinaryCache,
  read: () => Promise<Collection<StoredImages>>,
): Promise<Collection<StoredImages>> {
  const cached = await readFile(path).catch(ignoreUserError);
  if (cached !== undefined && sha256(cached) === wanted) return unpackImages(cached, layout);
  const grey = await read();
  const training = await binarise(grey.training, "training");
  const drawn = { ...grey, training, test: await binarise(grey.test, "test") };
  const bytes = packImages(drawn);
  verifyDigest(bytes, { sha256: wanted }, `the draw for ${path}`);
  await makeFolder(dirname(path)).then(() => writeFile(path, bytes)).catch(ignoreUserError);
  return drawn;
}

/** Ignores a cache that cannot be read or written: the images are then drawn each time. */
function ignoreUserError(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

/**
 * The bytes of a cache file. Training images come first, then test images: for each, pixels as bits
 * (first pixel lowest), then one byte for each label.
 */
export function packImages(
  { training, test }: Collection<StoredImages>,
): Uint8Array<ArrayBuffer> {
  const parts = [training, test].flatMap(({ data, labels }) => [toBits(data), labels!]);
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) bytes.set(part, (at += part.length) - part.length);
  return bytes;
}

/** The collection in the bytes of {@linkcode packImages}. */
export function unpackImages(bytes: Uint8Array, layout: Layout): Collection<StoredImages> {
  const { width, height, validation } = layout;
  const pixels = width * height;
  let at = 0;
  const take = (length: number) => bytes.subarray(at, at += length);
  const images = (count: number): StoredImages => {
    const data = fromBits(take(Math.ceil(count * pixels / 8)), count * pixels);
    return { count, pixels, data, white: 1, labels: take(count).slice() };
  };
  return {
    ...{ width, height, validation },
    ...{ training: images(layout.training), test: images(layout.test) },
  };
}

/** Zeros and ones as bits, eight to a byte. */
function toBits(values: Uint8Array | Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0, at = 0; i < bits.length; i++) {
    let byte = 0;
    // `values` is undefined past its end, which counts as zero.
    for (let bit = 0; bit < 8; bit++) byte |= values[at++] << bit;
    bits[i] = byte;
  }
  return bits;
}

/** The first bits as zeros and ones, one byte each. */
function fromBits(bits: Uint8Array, length: number): Uint8Array {
  // A table maps each byte of bits to its eight bytes, so that eight are copied at a time.
  const bytesOf = Uint8Array.from({ length: 256 * 8 }, (_, i) => (i >> 3) >> (i & 7) & 1);
  const table = new BigUint64Array(bytesOf.buffer);
  const eights = new BigUint64Array(bits.length);
  for (let i = 0; i < bits.length; i++) eights[i] = table[bits[i]];
  return new Uint8Array(eights.buffer, 0, length);
}

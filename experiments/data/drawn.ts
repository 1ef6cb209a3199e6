/**
 * A data set whose pixels were drawn, kept in the cache as bits: drawing 55 million pixels takes ten times as long as reading
 * them again.
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
import type { Images } from "./images.ts";

/** How many images a file of drawn ones has, and of which size: it does not say so itself. */
export interface Layout {
  width: number;
  height: number;
  /** Images to train on, those to validate on at their end included. */
  training: number;
  validation: number;
  test: number;
}

/** A file of drawn images, each of which has a label. */
export interface Drawn {
  layout: Layout;
  /** Its checksum, in hexadecimal. */
  sha256: string;
}

/**
 * The images that were drawn before; without their file, or if it is damaged, they are drawn and kept.
 *
 * @param path where the file is, or is to be
 * @param read reads the grey images
 * @throws {UserError} if the drawn images have another checksum
 */
export async function readDrawn(
  path: string,
  { layout, sha256: wanted }: Drawn,
  read: () => Promise<Collection>,
): Promise<Collection> {
  const kept = await readFile(path).catch(ifMistake);
  if (kept !== undefined && sha256(kept) === wanted) return unpackDrawn(kept, layout);
  const grey = await read();
  const training = await binarise(grey.training, "training");
  const drawn = { ...grey, training, test: await binarise(grey.test, "test") };
  const bytes = packDrawn(drawn);
  verifyDigest(bytes, { sha256: wanted }, `the draw for ${path}`);
  await makeFolder(dirname(path)).then(() => writeFile(path, bytes)).catch(ifMistake);
  return drawn;
}

/** Where a cache cannot be read or written, images are drawn anew each time; other errors are ours. */
function ifMistake(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

/** The pixels as bits, the first one lowest; then the labels, a byte each; of the training images, then of the test images. */
export function packDrawn({ training, test }: Collection): Uint8Array<ArrayBuffer> {
  const parts = [training, test].flatMap(({ data, labels }) => [toBits(data), labels!]);
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) bytes.set(part, (at += part.length) - part.length);
  return bytes;
}

/** The collection whose bytes {@linkcode packDrawn} gave. */
export function unpackDrawn(bytes: Uint8Array, layout: Layout): Collection {
  const { width, height, validation } = layout;
  const pixels = width * height;
  let at = 0;
  const take = (length: number) => bytes.subarray(at, at += length);
  const images = (count: number): Images => {
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
    // Beyond the end there are zeros.
    for (let bit = 0; bit < 8; bit++) byte |= values[at++] << bit;
    bits[i] = byte;
  }
  return bits;
}

/** So many bits as zeros and ones, a byte each. */
function fromBits(bits: Uint8Array, length: number): Uint8Array {
  // Eight bytes at a time, from a table of what each byte of bits means.
  const bytesOf = Uint8Array.from({ length: 256 * 8 }, (_, i) => (i >> 3) >> (i & 7) & 1);
  const table = new BigUint64Array(bytesOf.buffer);
  const eights = new BigUint64Array(bits.length);
  for (let i = 0; i < bits.length; i++) eights[i] = table[bits[i]];
  return new Uint8Array(eights.buffer, 0, length);
}

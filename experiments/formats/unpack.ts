/**
 * Reading data files: only regular files, and decompressed within bounds, since ten megabytes can
 * grow to ten gigabytes.
 *
 * @module
 */

import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { reason, UserError } from "../shell/errors.ts";
import { readFile } from "../shell/files.ts";

/**
 * The most bytes that are read from a data file, compressed or not: 4 GiB. The images of dSprites
 * have 3 GB.
 */
export const MOST_BYTES: number = 2 ** 32;

/** Compression: gzip has a header and a checksum, zlib has smaller ones, deflate has none. */
type Method = "gzip" | "zlib" | "deflate";

const METHODS: Record<Method, typeof gunzipSync> = {
  gzip: gunzipSync,
  zlib: inflateSync,
  deflate: inflateRawSync,
};

/**
 * Decompresses bytes.
 *
 * @throws {Error} if they are damaged, or decompress to more than `most` bytes
 */
export function unpack(
  bytes: Uint8Array,
  method: Method,
  most: number,
): Uint8Array {
  try {
    // The bound must be above zero, also for empty content.
    const { buffer, byteOffset, length } = METHODS[method](bytes, {
      maxOutputLength: Math.max(1, most),
    });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`it unpacks to more than ${most} bytes`, { cause: error });
  }
}

/**
 * Reads a file, plain or gzipped.
 *
 * @param options.source the name of the file in messages; the path unless given
 * @param options.most the most bytes of the file, both compressed and decompressed
 * @throws {UserError} if the file cannot be read, is damaged, has more bytes, or is a device or a
 *   pipe, which may never end
 */
export async function readUnzipped(
  path: string,
  { source = path, most = MOST_BYTES }: { source?: string; most?: number } = {},
): Promise<Uint8Array> {
  await checkFile(path, most);
  return unzip(await readFile(path), source, most);
}

/**
 * Checks that a file is a regular one of at most `most` bytes; reading it reports a missing one.
 */
async function checkFile(path: string, most: number): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory) return;
  if (!found.isFile) {
    throw new UserError(`cannot read ${path}: it is a device or a pipe, not a file`);
  }
  if (found.size > most) {
    throw new UserError(
      `cannot read ${path}: it has ${found.size} bytes, but at most ${most} are read`,
    );
  }
}

/**
 * The bytes of a file, decompressed if they are gzipped.
 *
 * @throws {UserError} if they are damaged, or decompress to more than `most` bytes
 */
export function unzip(
  bytes: Uint8Array,
  source: string,
  most: number,
): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return unpack(bytes, "gzip", most);
  } catch (error) {
    throw new UserError(`${source} is damaged: ${reason(error)}`, { cause: error });
  }
}

/**
 * Files of data as bytes: only regular ones, and unpacked within bounds, as ten megabytes can unpack to as many gigabytes.
 *
 * @module
 */

import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { reason, UserError } from "../shell/errors.ts";
import { readFile } from "../shell/files.ts";

/** The most bytes that are read of a file of data, packed or not: 4 GiB. The images of dSprites have 3 GB. */
export const MOST_BYTES: number = 2 ** 32;

/** How bytes are packed: gzip has a header and a checksum, zlib has smaller ones, deflate has none. */
type Method = "gzip" | "zlib" | "deflate";

const METHODS: Record<Method, typeof gunzipSync> = {
  gzip: gunzipSync,
  zlib: inflateSync,
  deflate: inflateRawSync,
};

/**
 * Unpacks bytes.
 *
 * @throws {Error} for damaged bytes, and if there are more than `most` in them
 */
export function unpack(
  bytes: Uint8Array,
  method: Method,
  most: number,
): Uint8Array {
  try {
    // An empty content, too, needs a bound above zero.
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
 * @param options.source its name in messages, if not the path
 * @param options.most how many bytes it may have, zipped and unzipped
 * @throws {UserError} if it cannot be read, is no regular file (a device need not end), is damaged, or has more bytes
 */
export async function readUnzipped(
  path: string,
  { source = path, most = MOST_BYTES }: { source?: string; most?: number } = {},
): Promise<Uint8Array> {
  await checkFile(path, most);
  return unzip(await readFile(path), source, most);
}

/** Asserts that a path leads to a regular file of at most so many bytes; that there is none is said by whoever reads it. */
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
 * The bytes of a file, unzipped if they are zipped.
 *
 * @throws {UserError} if they are damaged, or more than `most`
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

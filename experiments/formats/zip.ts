/**
 * ZIP archives as NumPy writes them: files are stored or deflated, 4 GiB in all, with or without
 * the 64-bit records.
 *
 * This reader is our own because the small libraries for ZIP check neither checksums nor declared
 * sizes. Here node:zlib bounds the output by the declared size, and checksums, sizes, the number of
 * files and repeated names are checked.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { quoted, reason, UserError } from "../shell/errors.ts";
import { MOST_BYTES, unpack } from "./unpack.ts";
import { METHOD, zipEntries, type ZipEntry } from "./zip_entries.ts";

/**
 * Unpacks an archive.
 *
 * @param bytes the content of the archive
 * @param source the name of the archive, for messages
 * @returns the files by name
 * @throws {UserError} if the archive is damaged, contradicts itself, is encrypted, uses another
 *   method of compression, or unpacks to more than 4 GiB
 */
export function readZip(bytes: Uint8Array, source: string): Map<string, Uint8Array> {
  try {
    return unpackAll(bytes);
  } catch (error) {
    throw new UserError(`${source} is damaged or no ZIP archive: ${reason(error)}`, {
      cause: error,
    });
  }
}

/** Unpacks an archive; throws errors of any kind. */
function unpackAll(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = MOST_BYTES;
  for (const entry of zipEntries(bytes)) {
    const { name, method, checksum, size } = entry;
    const fail = (what: string): never => {
      throw new Error(`${quoted(name)} ${what}`);
    };
    if ((left -= size) < 0) throw new Error(`it unpacks to more than ${MOST_BYTES} bytes`);
    const content = extract(entry);
    if (content === undefined) {
      return fail(
        `is compressed by method ${method}, but only stored and deflated files can be read`,
      );
    }
    if (content.length !== size) fail(`has ${content.length} bytes, but should have ${size}`);
    if (crc32(content) !== checksum) fail("has a wrong checksum");
    files.set(name, content);
  }
  return files;
}

/**
 * The content of a file, decompressed to at most its declared size; undefined for an unknown
 * method.
 */
function extract({ packed, method, size }: ZipEntry): Uint8Array | undefined {
  if (method === METHOD.stored) return packed;
  return method === METHOD.deflated ? unpack(packed, "deflate", size) : undefined;
}

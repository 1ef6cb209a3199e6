/**
 * Sealed files: safetensors files that hold their own SHA-256, so that a change of a single bit is
 * noticed.
 *
 * The digest is the first text of the metadata. It is computed over the file with 64 zeros in place
 * of the digest.
 *
 * @module
 */

import { sha256 } from "./sha256.ts";
import { UserError } from "../shell/errors.ts";
import { readFile } from "../shell/files.ts";
import { decodeTensors, type TensorFile } from "./safetensors.ts";
import { BLANK, encodeBlank, putDigest } from "./seal_layout.ts";

/** The bytes of a sealed file. */
export function encodeSealed(file: TensorFile): Uint8Array<ArrayBuffer> {
  const bytes = encodeBlank(file);
  putDigest(sha256(bytes), bytes);
  return bytes;
}

/**
 * Reads a sealed file.
 *
 * @throws {UserError} if it cannot be read, is not a sealed file, or was changed after it was
 *   written
 */
export async function readSealed(path: string): Promise<TensorFile> {
  const bytes = await readFile(path);
  const { tensors, metadata: { sha256: written, ...metadata } } = decodeTensors(bytes, path);
  if (written === undefined) {
    throw new UserError(
      `${path} has no checksum: an older version wrote it, and this version cannot continue from it`,
    );
  }
  putDigest(BLANK, bytes);
  if (sha256(bytes) === written) return { tensors, metadata };
  throw new UserError(
    `${path} was damaged or changed after it was written: its SHA-256 does not match its bytes`,
  );
}

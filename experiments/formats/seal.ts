/**
 * Sealed files: safetensors files that hold their own SHA-256, so that a change of a single bit is
 * noticed.
 *
 * The digest is the first text of the metadata. It is computed over the file with 64 zeros in place
 * of the digest, by Web Crypto, which browsers have too.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { decodeTensors, encodeTensors, type TensorFile } from "./safetensors.ts";

const BLANK = "0".repeat(64);
/**
 * The byte at which the digest starts: after the length of the header, 8 bytes, and this beginning
 * of the header.
 */
const START = 8 + `{"__metadata__":{"sha256":"`.length;

/** The bytes of a sealed file. */
export async function encodeSealed(
  { tensors, metadata }: TensorFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = encodeTensors({ tensors, metadata: { sha256: BLANK, ...metadata } });
  put(await sha256(bytes), bytes);
  return bytes;
}

/**
 * Reads the bytes of a sealed file.
 *
 * @param source the name of the file, for messages
 * @throws {UserError} if they are not a sealed file, or were changed after it was written
 */
export async function openSealed(bytes: Uint8Array, source: string): Promise<TensorFile> {
  const { tensors, metadata: { sha256: written, ...metadata } } = decodeTensors(bytes, source);
  if (written === undefined) {
    throw new UserError(
      `${source} has no checksum: an older version wrote it, and this version cannot read it`,
    );
  }
  const blank = new Uint8Array(bytes);
  put(BLANK, blank);
  if (await sha256(blank) === written) return { tensors, metadata };
  throw new UserError(
    `${source} was damaged or changed after it was written: its SHA-256 does not match its bytes`,
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) {
    throw new UserError("checksums need a secure page: one from https, localhost or a file");
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function put(digest: string, bytes: Uint8Array): void {
  new TextEncoder().encodeInto(digest, bytes.subarray(START));
}

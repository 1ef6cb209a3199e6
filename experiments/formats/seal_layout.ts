/**
 * Where the digest of a sealed file stands (experiments/formats/seal.ts), for programs that compute
 * SHA-256 by other means, such as a browser's.
 *
 * @module
 */

import { encodeTensors, type TensorFile } from "../../lib/safetensors.ts";

/** What stands for the digest while it is computed. */
export const BLANK: string = "0".repeat(64);
/**
 * The byte at which the digest starts: after the length of the header, 8 bytes, and this beginning
 * of the header.
 */
const START = 8 + `{"__metadata__":{"sha256":"`.length;

/** The bytes of a file whose digest is still blank. */
export const encodeBlank = ({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> =>
  encodeTensors({ tensors, metadata: { sha256: BLANK, ...metadata } });

/** Writes the digest into the bytes of a file. */
export function putDigest(digest: string, bytes: Uint8Array): void {
  new TextEncoder().encodeInto(digest, bytes.subarray(START));
}

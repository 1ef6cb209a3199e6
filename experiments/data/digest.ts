/**
 * Checksums: whether bytes are those that were published, and whether images are those of before.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import type { DataSet } from "./images.ts";

/** A published checksum, in hexadecimal: SHA-256, or the id that git gives to a file in a repository. */
export type Digest = { sha256: string } | { gitBlob: string };

/**
 * Asserts that bytes are the published ones.
 *
 * @param source where they come from, for the message
 * @throws {UserError} with both checksums if they are not
 */
export function verifyDigest(bytes: Uint8Array, digest: Digest, source: string): void {
  const [kind, wanted, found] = "sha256" in digest
    ? ["SHA-256", digest.sha256, sha256(bytes)]
    : ["git blob id", digest.gitBlob, gitBlob(bytes)];
  if (found === wanted) return;
  throw new UserError(
    `${source} is damaged or another file: its ${kind} is ${found}, but must be ${wanted}`,
  );
}

/** The SHA-256 of bytes, in hexadecimal: 50 ms for 55 MB. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Git's id of a file: SHA-1 of `blob`, a space, its size, a zero, and its bytes. */
function gitBlob(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/**
 * The SHA-256 of the images of a data set, in hexadecimal: sizes, splits and pixels count; names and labels do not.
 *
 * It costs 50 ms for the 55 million bytes of MNIST.
 */
export function datasetDigest({ width, height, train, valid, test }: DataSet): Promise<string> {
  const hash = createHash("sha256").update(`images of ${width}×${height}`);
  for (const { count, data, white } of [train, valid, test]) {
    hash.update(`\n${count} ${data.constructor.name} up to ${white}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return Promise.resolve(hash.digest("hex"));
}

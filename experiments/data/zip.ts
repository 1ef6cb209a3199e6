/**
 * ZIP archives, as far as NumPy writes them: files that are stored as they are or deflated, below 4 GiB.
 *
 * The format is PKWARE's APPNOTE.TXT; the letters at its places below are its own (4.3.7, 4.3.12, 4.3.16).
 *
 * @module
 */

import { crc32, inflateRawSync } from "node:zlib";
import { reason, UserError } from "../errors.ts";

/** How each record starts. */
export const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 };
/** Bytes of each record before its texts. */
export const SIZE = { local: 30, central: 46, end: 22 };
const METHOD = { stored: 0, deflated: 8 };

/** Whether bytes begin as an archive does, be it an empty one. */
export function isZip(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const signature = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return signature === SIGNATURE.local || signature === SIGNATURE.end;
}

/**
 * Unpacks an archive.
 *
 * @param bytes the archive
 * @param source its name, for messages
 * @returns the files by name
 * @throws {UserError} if it is damaged (each file has a checksum), or packed in another way
 */
export function readZip(bytes: Uint8Array, source: string): Map<string, Uint8Array> {
  try {
    return unpack(bytes);
  } catch (error) {
    throw new UserError(`${source} is damaged or no ZIP archive: ${reason(error)}`, {
      cause: error,
    });
  }
}

/** As {@linkcode readZip}; throws whatever goes wrong on the way, places outside the archive included. */
function unpack(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [u16, u32] = [
    (at: number) => view.getUint16(at, true),
    (at: number) => view.getUint32(at, true),
  ];
  const files = new Map<string, Uint8Array>();
  const end = findEnd(u32, bytes.length);
  const count = u16(end + 10);
  for (let i = 0, at = u32(end + 16); i < count; i++) {
    if (u32(at) !== SIGNATURE.central) throw new Error("its table of contents is broken");
    const [method, checksum, packedSize] = [u16(at + 10), u32(at + 16), u32(at + 20)];
    const [nameSize, extraSize, commentSize] = [u16(at + 28), u16(at + 30), u16(at + 32)];
    const local = u32(at + 42);
    const name = new TextDecoder().decode(bytes.subarray(at + SIZE.central).subarray(0, nameSize));
    if (u32(local) !== SIGNATURE.local) throw new Error(`${name} is not where it should be`);
    const start = local + SIZE.local + u16(local + 26) + u16(local + 28);
    const content = extract(bytes.subarray(start, start + packedSize), method, name);
    if (crc32(content) !== checksum) throw new Error(`the checksum of ${name} is wrong`);
    files.set(name, content);
    at += SIZE.central + nameSize + extraSize + commentSize;
  }
  return files;
}

/** Where the last record is: at the end, but for a comment of up to 65,535 bytes. */
function findEnd(u32: (at: number) => number, length: number): number {
  for (let at = length - SIZE.end; at >= Math.max(0, length - SIZE.end - 0xffff); at--) {
    if (u32(at) === SIGNATURE.end) return at;
  }
  throw new Error("its end is missing");
}

function extract(packed: Uint8Array, method: number, name: string): Uint8Array {
  if (method === METHOD.stored) return packed;
  if (method === METHOD.deflated) return new Uint8Array(inflateRawSync(packed));
  throw new Error(`${name} is packed by method ${method}, which is neither stored nor deflated`);
}

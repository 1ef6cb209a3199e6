/**
 * ZIP archives as {@linkcode readZip} reads them: files stored as they are, below 4 GiB.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { SIGNATURE, SIZE } from "./zip.ts";

/** What a reader must know to unpack a stored file: version 2.0 of the format. */
const VERSION = 20;
/** That names are in UTF-8. */
const FLAGS = 0x0800;
/** The first day that the format can say, 1 January 1980: the same contents make the same bytes on every day. */
const DATE = 33;
/** How long an archive without its 64-bit records may be, in bytes, and of how many files. */
const LIMIT = { bytes: 2 ** 32 - 1, files: 2 ** 16 - 1 };

/**
 * Packs files.
 *
 * @param files their contents by name
 * @throws {RangeError} for more than the format holds without its 64-bit records: 65,535 files, 4 GiB.
 */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const entries = [...files].map(([name, content]) => ({
    name: new TextEncoder().encode(name),
    content,
  }));
  const total = entries.reduce(
    (sum, { name, content }) => sum + SIZE.local + SIZE.central + 2 * name.length + content.length,
    SIZE.end,
  );
  if (total > LIMIT.bytes || entries.length > LIMIT.files) {
    throw new RangeError(`Cannot write an archive of ${entries.length} files and ${total} bytes`);
  }
  const bytes = new Uint8Array(total), view = new DataView(bytes.buffer);
  let at = 0;
  const u16 = (...values: number[]) =>
    values.forEach((v) => view.setUint16((at += 2) - 2, v, true));
  const u32 = (...values: number[]) =>
    values.forEach((v) => view.setUint32((at += 4) - 4, v, true));
  const put = (content: Uint8Array) => bytes.set(content, (at += content.length) - content.length);
  /** What the two records of a file have in common: stored, its date, its checksum and its sizes. */
  const common = (name: Uint8Array, content: Uint8Array) => {
    u16(VERSION, FLAGS, 0, 0, DATE);
    u32(crc32(content), content.length, content.length);
    u16(name.length, 0);
  };

  const places = entries.map(({ name, content }) => {
    const place = at;
    u32(SIGNATURE.local);
    common(name, content);
    put(name);
    put(content);
    return place;
  });
  const start = at;
  entries.forEach(({ name, content }, i) => {
    u32(SIGNATURE.central);
    u16(VERSION);
    common(name, content);
    u16(0, 0, 0);
    u32(0, places[i]);
    put(name);
  });
  const size = at - start;
  u32(SIGNATURE.end);
  u16(0, 0, entries.length, entries.length);
  u32(size, start);
  u16(0);
  return bytes;
}

/**
 * Writes ZIP archives that {@linkcode readZip} reads: files are stored without compression, below 4
 * GiB.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { SIGNATURE, SIZE } from "./zip_entries.ts";

/** The version of the format that a reader needs: 2.0. */
const VERSION = 20;
/** The flag for names in UTF-8. */
const FLAGS = 0x0800;
/**
 * The first date of the format, 1 January 1980, so that the same contents always make the same
 * bytes.
 */
const DATE = 33;
/** The most bytes and the most files of an archive without 64-bit records. */
const LIMIT = { bytes: 2 ** 32 - 1, files: 2 ** 16 - 1 };

/**
 * Packs files.
 *
 * @param files the contents of the files by name
 * @throws {RangeError} for more than 65,535 files or 4 GiB, the limits of the format without 64-bit
 *   records
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
  /** Writes the fields that both records of a file share: method, date, checksum and sizes. */
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

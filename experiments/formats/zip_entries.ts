/**
 * The table of contents of a ZIP archive: the places, sizes and checksums of its files, which stay
 * packed. It needs nothing but the language, so a browser can read an archive by it.
 *
 * The format is PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16 and 4.5.3.
 *
 * @module
 */

import { quoted } from "../shell/errors.ts";

/** The first four bytes of each kind of record. */
export const SIGNATURE = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
/** The number of bytes of each kind of record before its texts. */
export const SIZE = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 };
/** How a file is packed. */
export const METHOD = { stored: 0, deflated: 8 };
/** The bit in the flags of a file that marks it as encrypted. */
const ENCRYPTED = 1;
/**
 * The value of a 32-bit field whose real value is in the 64-bit extra field, and the mark of that
 * extra field.
 */
const FULL = 0xffffffff, EXTRA64 = 1;

/** A file of an archive, still packed. */
export interface ZipEntry {
  readonly name: string;
  /** A value of {@linkcode METHOD}, or another method. */
  readonly method: number;
  /** The CRC-32 of the content. */
  readonly checksum: number;
  /** The bytes of the content. */
  readonly size: number;
  readonly packed: Uint8Array;
}

/** Whether bytes begin like an archive, which may be empty. */
export function isZip(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const signature = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return signature === SIGNATURE.local || signature === SIGNATURE.end;
}

/**
 * The files of an archive.
 *
 * @throws {Error} for a damaged or encrypted archive; {RangeError} for a place outside of it
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [u16, u32] = [
    (at: number) => view.getUint16(at, true),
    (at: number) => view.getUint32(at, true),
  ];
  const entries = new Map<string, ZipEntry>();
  const { count, start, end } = findContents(view);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (u32(at) !== SIGNATURE.central) throw new Error("its table of contents is broken");
    const [flags, method, checksum] = [u16(at + 8), u16(at + 10), u32(at + 16)];
    const [nameSize, extraSize, commentSize] = [u16(at + 28), u16(at + 30), u16(at + 32)];
    const extra = at + SIZE.central + nameSize;
    const [size, packedSize, local] = wideFields(
      view,
      [at + 24, at + 20, at + 42],
      extra,
      extraSize,
    );
    const name = new TextDecoder().decode(bytes.subarray(at + SIZE.central, extra));
    const fail = (what: string): never => {
      throw new Error(`${quoted(name)} ${what}`);
    };
    if (entries.has(name)) fail("is in it twice");
    if (flags & ENCRYPTED) fail("is encrypted");
    if (u32(local) !== SIGNATURE.local) fail("is not where it should be");
    const from = local + SIZE.local + u16(local + 26) + u16(local + 28);
    const packed = bytes.subarray(from, from + packedSize);
    entries.set(name, { name, method, checksum, size, packed });
    at = extra + extraSize + commentSize;
  }
  if (at !== end) {
    throw new Error(
      `its last record counts ${count} files, but its table of contents has another number`,
    );
  }
  return [...entries.values()];
}

/**
 * Reads the last record: the number of files, and the start and the end of the table of contents.
 */
function findContents(view: DataView): { count: number; start: number; end: number } {
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const [u16, u32] = [
    (at: number) => view.getUint16(at, true),
    (at: number) => view.getUint32(at, true),
  ];
  const least = Math.max(0, view.byteLength - SIZE.end - 0xffff);
  for (let at = view.byteLength - SIZE.end; at >= least; at--) {
    // Only a comment may follow the last record: if record and comment do not reach the end, this
    // is another place with the same four bytes.
    if (u32(at) !== SIGNATURE.end || at + SIZE.end + u16(at + 20) !== view.byteLength) continue;
    let [count, size, start, end] = [u16(at + 10), u32(at + 12), u32(at + 16), at];
    const locator = at - SIZE.locator64;
    if (locator >= 0 && u32(locator) === SIGNATURE.locator64) {
      end = u64(locator + 8);
      if (u32(end) !== SIGNATURE.end64) {
        throw new Error("its last 64-bit record is not where it should be");
      }
      [count, size, start] = [u64(end + 32), u64(end + 40), u64(end + 48)];
    }
    if (start + size !== end) {
      throw new Error("its table of contents is not where its last record says");
    }
    return { count, start, end };
  }
  throw new Error("its last record is missing");
}

/**
 * The 32-bit fields at some places; the values of full ones follow each other in the 64-bit extra
 * field.
 */
function wideFields(view: DataView, places: number[], extra: number, extraSize: number): number[] {
  let at = extra;
  while (at < extra + extraSize && view.getUint16(at, true) !== EXTRA64) {
    at += 4 + view.getUint16(at + 2, true);
  }
  at += 4;
  return places.map((place) => {
    const value = view.getUint32(place, true);
    if (value !== FULL || at >= extra + extraSize) return value;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  });
}

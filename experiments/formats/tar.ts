/**
 * Writes tar archives (POSIX ustar): files with their names, all from 1 January 1970.
 *
 * @module
 */

const BLOCK = 512;

/**
 * Packs files.
 *
 * @param files the contents of the files by name; a name has at most 100 ASCII characters
 * @throws {RangeError} for a longer name
 */
export function tar(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const blocks = (length: number) => Math.ceil(length / BLOCK) * BLOCK;
  const sizes = [...files.values()].map(({ length }) => BLOCK + blocks(length));
  // Two empty blocks end an archive.
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + size, 2 * BLOCK));
  let at = 0;
  for (const [name, content] of files) {
    archive.set(headerOf(name, content.length), at);
    archive.set(content, at + BLOCK);
    at += BLOCK + blocks(content.length);
  }
  return archive;
}

function headerOf(name: string, size: number): Uint8Array {
  if (name.length > 100) throw new RangeError(`Cannot pack ${name}: it has over 100 characters`);
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => new TextEncoder().encodeInto(text, header.subarray(at));
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  put(name, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(0, 11), 136);
  // The checksum is the sum of the header with spaces in its place.
  put(" ".repeat(8), 148);
  put("0", 156);
  put("ustar\x0000", 257);
  put(`${octal(header.reduce((sum, byte) => sum + byte, 0), 6)} `, 148);
  return header;
}

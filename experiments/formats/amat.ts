/**
 * The `.amat` text format of binary images: a line per image, its pixels 0 or 1 with a space between.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

const [ZERO, SPACE, NEWLINE, RETURN] = [..."0 \n\r"].map((letter) => letter.charCodeAt(0));

/**
 * Reads binary images from the bytes of an `.amat` file.
 *
 * Byte by byte, because the 50,000 training images are 78 MB of text: splitting it would make 39 million strings.
 *
 * @param bytes the file's content
 * @param rows images expected
 * @param columns pixels expected in each
 * @param source the file's name, for messages
 * @returns rows·columns bytes that are 0 or 1
 * @throws {UserError} naming the line, for anything but `rows` lines of `columns` zeros and ones
 */
export function readAmat(
  bytes: Uint8Array,
  rows: number,
  columns: number,
  source: string,
): Uint8Array {
  const pixels = new Uint8Array(rows * columns);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      while (bytes[at] === SPACE) at++;
      const digit = bytes[at] - ZERO;
      // Beyond the space lie the letters, so a value is complete if no letter follows.
      if ((digit !== 0 && digit !== 1) || bytes[at + 1] > SPACE) {
        const found = token(bytes, at);
        if (found) throw wrong(source, row, `"${found}" found, but values must be 0 or 1`);
        if (column > 0) throw wrong(source, row, `${column} values, but there must be ${columns}`);
        throw wrong(source, row, `nothing found, but there must be ${rows} lines`);
      }
      pixels[row * columns + column] = digit;
      at++;
    }
    while (bytes[at] === SPACE || bytes[at] === RETURN) at++;
    if (at < bytes.length && bytes[at] !== NEWLINE) {
      throw wrong(source, row, `more than the ${columns} values there must be`);
    }
    at++;
  }
  if (at < bytes.length) throw wrong(source, rows, `more than the ${rows} lines there must be`);
  return pixels;
}

function wrong(source: string, row: number, what: string): UserError {
  return new UserError(`${source}, line ${row + 1}: ${what}`);
}

/** The letters from `at` up to the next space, shortened. */
function token(bytes: Uint8Array, at: number): string {
  let end = at;
  while (bytes[end] > SPACE && end < at + 12) end++;
  return new TextDecoder().decode(bytes.subarray(at, end));
}

/**
 * The `.amat` text format of binary images: one line for each image, with pixels 0 or 1 separated
 * by spaces.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

const [ZERO, SPACE, NEWLINE, RETURN] = [..."0 \n\r"].map((letter) => letter.charCodeAt(0));

/**
 * Reads binary images from the bytes of an `.amat` file.
 *
 * The text is read byte by byte: splitting the 78 MB of the 50,000 training images would make 39
 * million strings.
 *
 * @param bytes the content of the file
 * @param rows the expected number of images
 * @param columns the expected number of pixels in each
 * @param source the name of the file, for messages
 * @returns rows·columns bytes that are 0 or 1
 * @throws {UserError} unless the text is `rows` lines of `columns` zeros and ones; the message
 *   names the line
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
      // All letters and digits are above the space, so a value is complete if no such byte follows.
      if ((digit !== 0 && digit !== 1) || bytes[at + 1] > SPACE) {
        const found = token(bytes, at);
        if (found) throw wrong(source, row, `found "${found}", but values must be 0 or 1`);
        if (column > 0) throw wrong(source, row, `${column} values, but there must be ${columns}`);
        throw wrong(source, row, `found nothing, but there must be ${rows} lines`);
      }
      pixels[row * columns + column] = digit;
      at++;
    }
    while (bytes[at] === SPACE || bytes[at] === RETURN) at++;
    if (at < bytes.length && bytes[at] !== NEWLINE) {
      throw wrong(source, row, `more than ${columns} values`);
    }
    at++;
  }
  if (at < bytes.length) throw wrong(source, rows, `more than ${rows} lines`);
  return pixels;
}

function wrong(source: string, row: number, what: string): UserError {
  return new UserError(`${source}, line ${row + 1}: ${what}`);
}

/** The text from `at` up to the next space, at most 12 bytes. */
function token(bytes: Uint8Array, at: number): string {
  let end = at;
  while (bytes[end] > SPACE && end < at + 12) end++;
  return new TextDecoder().decode(bytes.subarray(at, end));
}

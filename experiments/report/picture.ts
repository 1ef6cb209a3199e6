/**
 * The pictures of a run, made small enough to be part of a page.
 *
 * @module
 */

import { decode, encode } from "fast-png";
import { UserError } from "../errors.ts";
import { readFile } from "../files.ts";

/** A grey picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One byte for each pixel, row by row. */
  readonly data: Uint8Array;
}

/** Grey levels of a picture in a page: more are hardly seen, and cost most of its bytes. */
const LEVELS = 16;

/**
 * Reads a grey PNG, and takes one pixel of four where they are all alike.
 *
 * @throws {UserError} if the file cannot be read, is damaged, or is not grey
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path);
  let png;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new UserError(`${path} is not a whole PNG file`, { cause: error });
  }
  const { width, height, channels, depth, data } = png;
  if (channels !== 1 || depth !== 8) throw new UserError(`${path} is not a grey PNG of 8 bits`);
  return halve({ width, height, data: Uint8Array.from(data) });
}

/** The picture at half its size, if it is made of squares of 2 by 2 pixels; else the picture itself. */
function halve(picture: Picture): Picture {
  const [width, height] = [picture.width / 2, picture.height / 2];
  if (!Number.isInteger(width) || !Number.isInteger(height)) return picture;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = 2 * y * picture.width + 2 * x;
      const square = [0, 1, picture.width, picture.width + 1].map((i) => picture.data[corner + i]);
      if (square.some((level) => level !== square[0])) return picture;
      data[y * width + x] = square[0];
    }
  }
  return { width, height, data };
}

/** The address of a picture in a page, which is the picture itself: a PNG of 16 grey levels. */
export function dataUri({ width, height, data }: Picture): string {
  const step = 255 / (LEVELS - 1);
  const levels = data.map((level) => Math.round(Math.round(level / step) * step));
  const png = encode({ width, height, data: levels, channels: 1, depth: 8 });
  return `data:image/png;base64,${png.toBase64()}`;
}

/**
 * The pictures of a run, made small enough to be part of a page.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { UserError } from "../shell/errors.ts";
import { readFile } from "../shell/files.ts";

/** A grey picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One byte for each pixel, row by row. */
  readonly data: Uint8Array;
}

/** Grey levels of a picture in a page: more are hardly seen, and cost most of its bytes. */
const LEVELS = 16;

/** Pictures of more pixels are not shown: a page of a few of them would be too much for a browser. */
const MOST_PIXELS = 2 ** 24;

/**
 * Reads a grey PNG, and takes one pixel of four where they are all alike.
 *
 * @throws {UserError} if the file cannot be read, is damaged, not grey, or of no or too many pixels
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path);
  try {
    const { width, height } = requireSmall(bytes, path);
    const { data } = decode(bytes, { checkCrc: true });
    return halve({ width, height, data: Uint8Array.from(data) });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not a whole PNG file`, { cause: error });
  }
}

/**
 * The size of a grey PNG, before anything is unpacked whose size is not known.
 *
 * @throws {UserError} if it is not grey, or has no or too many pixels
 * @throws {RangeError} if it is cut off, or holds more than its pixels
 */
function requireSmall(bytes: Uint8Array, path: string): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // After the signature of 8 bytes come chunks: a length, a type, as many bytes as the length says, and a checksum. The first
  // chunk has width, height, bits and kind of the pixels.
  const [width, height, depth, kind] = [16, 20].map((at) => view.getUint32(at))
    .concat([24, 25].map((at) => view.getUint8(at)));
  if (depth !== 8 || kind !== 0) throw new UserError(`${path} is not a grey PNG of 8 bits`);
  if (width * height === 0 || width * height > MOST_PIXELS) {
    throw new UserError(
      `${path} must have from 1 to ${MOST_PIXELS} pixels to be shown, but has ${width}×${height}`,
    );
  }
  const packed: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "iCCP") {
      throw new UserError(`${path} has a colour profile, which no grey PNG needs`);
    }
    if (type === "IDAT") packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  // A row is a byte that says how it is written, and its pixels.
  inflateSync(Buffer.concat(packed), { maxOutputLength: height * (1 + width) });
  return { width, height };
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

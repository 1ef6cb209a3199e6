/**
 * The pictures of a run, made small enough to be embedded in a page.
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

/**
 * Grey levels of an embedded picture. More are hardly visible, but would take most of the bytes.
 */
const LEVELS = 16;

/**
 * The most pixels of a picture that is shown: a browser cannot hold a page of several larger ones.
 */
const MOST_PIXELS = 2 ** 24;

/**
 * Reads a grey PNG. A picture that consists of equal 2×2 squares is halved.
 *
 * @throws {UserError} if the file cannot be read, is damaged, is not grey, or has no pixels or too
 * many
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path);
  try {
    const { width, height } = requireSmall(bytes, path);
    const { data } = decode(bytes, { checkCrc: true });
    return halve({ width, height, data: Uint8Array.from(data) });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is a damaged PNG file`, { cause: error });
  }
}

/**
 * Checks the size of a grey PNG before it is decoded, so that a small file cannot unpack to more
 * bytes than its pixels need.
 *
 * @throws {UserError} if the picture is not grey, or has no pixels or too many
 * @throws {RangeError} if the file is cut off, or holds more data than its pixels
 */
function requireSmall(bytes: Uint8Array, path: string): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // A PNG is a signature of 8 bytes and chunks; a chunk is a length, a type, its data and a
  // checksum. The data of the first chunk are the width and the height, the bits of a pixel and its
  // kind.
  const [width, height, depth, kind] = [16, 20].map((at) => view.getUint32(at))
    .concat([24, 25].map((at) => view.getUint8(at)));
  if (depth !== 8 || kind !== 0) throw new UserError(`${path} is not a grey PNG of 8 bits`);
  if (width * height === 0 || width * height > MOST_PIXELS) {
    throw new UserError(
      `${path} has ${width}×${height} pixels, but a report shows pictures of from 1 to ${MOST_PIXELS} pixels`,
    );
  }
  const packed: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "iCCP") {
      throw new UserError(`${path} has a colour profile, which a grey PNG must not have`);
    }
    if (type === "IDAT") packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  // Each row is one byte for its filter, then its pixels.
  inflateSync(Buffer.concat(packed), { maxOutputLength: height * (1 + width) });
  return { width, height };
}

/**
 * The picture at half its size if it consists of equal 2×2 squares, otherwise the picture itself.
 */
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

/** The picture as a data: URL, which holds a PNG of 16 grey levels. */
export function dataUri({ width, height, data }: Picture): string {
  const step = 255 / (LEVELS - 1);
  const levels = data.map((level) => Math.round(Math.round(level / step) * step));
  const png = encode({ width, height, data: levels, channels: 1, depth: 8 });
  return `data:image/png;base64,${png.toBase64()}`;
}

/**
 * The pictures of a run, made small enough to be embedded in a page.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { z } from "zod";
import { BACKGROUND, type Grid, GRID_KEYWORD } from "../outcome/image_grid.ts";
import { UserError } from "../shell/errors.ts";
import { readFile } from "../shell/files.ts";

/** A grey picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One byte for each pixel, row by row. */
  readonly data: Uint8Array;
  /** Where its images are, if the file says so; older versions did not. */
  readonly grid?: Grid;
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
    const { data, text } = decode(bytes, { checkCrc: true });
    const picture = { width, height, data: Uint8Array.from(data) };
    const grid = gridOf(text[GRID_KEYWORD], picture);
    return halve({ ...picture, ...grid && { grid } });
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
  const sides = [width, height, (picture.grid?.zoom ?? 0) / 2, (picture.grid?.gap ?? 0) / 2];
  if (!sides.every(Number.isInteger)) return picture;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = 2 * y * picture.width + 2 * x;
      const square = [0, 1, picture.width, picture.width + 1].map((i) => picture.data[corner + i]);
      if (square.some((level) => level !== square[0])) return picture;
      data[y * width + x] = square[0];
    }
  }
  const { grid } = picture;
  if (grid === undefined) return { width, height, data };
  return { width, height, data, grid: { ...grid, zoom: grid.zoom / 2, gap: grid.gap / 2 } };
}

const count = z.int().min(1).max(MOST_PIXELS);
const gridSchema = z.object({
  ...{ width: count, height: count, columns: count, zoom: count },
  gap: z.int().min(0).max(MOST_PIXELS),
  dimensions: z.array(z.int().min(0)).optional(),
});

/** The grid that a text in a PNG describes, if the picture can be one. */
function gridOf(text: string | undefined, picture: Picture): Grid | undefined {
  if (text === undefined) return undefined;
  const { data: grid } = gridSchema.safeParse(tryParse(text));
  if (grid === undefined) return undefined;
  const { columns, width, height, zoom, gap } = grid;
  const isWhole = picture.width === columns * (width * zoom + gap) + gap &&
    (picture.height - gap) % (height * zoom + gap) === 0;
  return isWhole ? grid : undefined;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The images of a grid by row, each at its own size: a byte for each pixel. */
export function imagesOf({ width, height, data }: Picture, grid: Grid): Uint8Array[][] {
  const { columns, zoom, gap } = grid;
  const [cellWidth, cellHeight] = [grid.width * zoom + gap, grid.height * zoom + gap];
  const rows = (height - gap) / cellHeight;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const image = new Uint8Array(grid.width * grid.height);
      const [left, top] = [gap + column * cellWidth, gap + row * cellHeight];
      for (let i = 0; i < image.length; i++) {
        const [x, y] = [i % grid.width, Math.floor(i / grid.width)];
        image[i] = data[(top + y * zoom) * width + left + x * zoom];
      }
      return image;
    }));
}

/** Some images of a grid in a grid of their own. */
export function contactSheet(
  { width, height }: Pick<Grid, "width" | "height">,
  images: readonly Uint8Array[],
  { columns, gap }: Pick<Grid, "columns" | "gap">,
): Picture {
  const rows = Math.ceil(images.length / columns);
  const [sheetWidth, sheetHeight] = [columns * (width + gap) + gap, rows * (height + gap) + gap];
  const data = new Uint8Array(sheetWidth * sheetHeight).fill(BACKGROUND);
  for (const [i, image] of images.entries()) {
    const left = gap + i % columns * (width + gap);
    const top = gap + Math.floor(i / columns) * (height + gap);
    for (let y = 0; y < height; y++) {
      data.set(image.subarray(y * width, (y + 1) * width), (top + y) * sheetWidth + left);
    }
  }
  return { width: sheetWidth, height: sheetHeight, data };
}

/** The picture as a data: URL, which holds a PNG of 16 grey levels. */
export function dataUri({ width, height, data }: Picture): string {
  const step = 255 / (LEVELS - 1);
  const levels = data.map((level) => Math.round(Math.round(level / step) * step));
  const png = encode({ width, height, data: levels, channels: 1, depth: 8 });
  return `data:image/png;base64,${png.toBase64()}`;
}

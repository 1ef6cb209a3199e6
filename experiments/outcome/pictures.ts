/**
 * Pictures of images: grids of small grey images, as PNG files.
 *
 * @module
 */

import { encode } from "fast-png";

/** Grey images of one size, pixel values in [0, 1]: image i is `data[i·width·height …)`. */
export interface GreyImages {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

/** How images are laid out. */
export interface Layout {
  /** Images in a row of the grid. */
  columns: number;
  /** Screen pixels for a pixel. */
  zoom: number;
  /** Screen pixels between images, and around them. */
  gap: number;
  /** Rows that are shown together or not at all; 1 unless given. */
  group?: number;
}

/** Screen pixels of a picture: of large images it is not enlarged, and then has fewer rows, but at least a group of them. */
const MOST_PIXELS = 2 ** 24;

const BACKGROUND = 96;

/** A PNG of the images in a grid, row by row, as many of them as fit. */
export function gridPng(
  { width, height, data }: GreyImages,
  { columns, zoom: wanted, gap, group = 1 }: Layout,
): Uint8Array {
  const given = data.length / (width * height);
  const fitting = (zoom: number) =>
    Math.floor(MOST_PIXELS / (columns * (width * zoom + gap) * (height * zoom + gap)));
  const all = Math.ceil(given / columns);
  const zoom = all <= fitting(wanted) ? wanted : 1;
  const rows = Math.min(all, Math.max(1, Math.floor(fitting(zoom) / group)) * group);
  const count = Math.min(given, rows * columns);
  const [cellWidth, cellHeight] = [width * zoom + gap, height * zoom + gap];
  const [gridWidth, gridHeight] = [columns * cellWidth + gap, rows * cellHeight + gap];
  const grid = new Uint8Array(gridWidth * gridHeight).fill(BACKGROUND);

  for (let i = 0; i < count; i++) {
    const left = gap + (i % columns) * cellWidth;
    const top = gap + Math.floor(i / columns) * cellHeight;
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const pixel = Math.floor(y / zoom) * width + Math.floor(x / zoom);
        const level = data[i * width * height + pixel];
        grid[(top + y) * gridWidth + left + x] = Math.round(255 * level);
      }
    }
  }
  return encode({ width: gridWidth, height: gridHeight, data: grid, channels: 1, depth: 8 });
}

/**
 * The first rows of each array, taken in turn: a row of originals, below it the row of their reconstructions, and so on.
 *
 * @param length values of a row
 * @param rows how many rows of each
 */
export function interleave(
  arrays: readonly ArrayLike<number>[],
  length: number,
  rows: number,
): Float32Array {
  const all = new Float32Array(arrays.length * rows * length);
  for (let i = 0; i < all.length; i++) {
    const row = Math.floor(i / length);
    const array = arrays[row % arrays.length];
    all[i] = array[Math.floor(row / arrays.length) * length + i % length];
  }
  return all;
}

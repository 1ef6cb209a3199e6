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
}

const BACKGROUND = 96;

/** A PNG of the images in a grid, row by row. */
export function gridPng(
  { width, height, data }: GreyImages,
  { columns, zoom, gap }: Layout,
): Uint8Array {
  const count = data.length / (width * height);
  const rows = Math.ceil(count / columns);
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

/**
 * Grids of small grey images, as PNG files.
 *
 * @module
 */

import { encode } from "fast-png";

/**
 * Grey images of one size, with pixel values in [0, 1]; image i starts at `data[i·width·height]`.
 */
export interface GreyImages {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

/** The layout of a grid. */
export interface Layout {
  /** The number of images in a row. */
  columns: number;
  /** The side of the square of screen pixels that shows one pixel. */
  zoom: number;
  /** The number of screen pixels between images and around the grid. */
  gap: number;
  /** Rows come in groups of this many, shown whole or not at all; 1 unless given. */
  group?: number;
  /** The dimension of the code that each row shows, counted from 0. */
  dimensions?: readonly number[];
}

/** The keyword of the text in a PNG that says where its images are: a {@linkcode Grid} as JSON. */
export const GRID_KEYWORD = "grid";

/** Where the images of a grid are. */
export interface Grid extends Required<Pick<Layout, "columns" | "zoom" | "gap">> {
  /** The number of pixels in a row of an image. */
  width: number;
  /** The number of rows of an image. */
  height: number;
  dimensions?: readonly number[];
}

/**
 * The most screen pixels of a picture. Large images lose their zoom first and then rows, down to
 * one group.
 */
const MAX_PIXELS = 2 ** 24;

/** The grey level between the images. */
export const BACKGROUND = 96;

/**
 * A PNG of the images in a grid, row by row; images that do not fit are left out. A text in it says
 * where they are, so that a report can show them one by one.
 */
export function gridPng(
  { width, height, data }: GreyImages,
  { columns, zoom: wanted, gap, group = 1, dimensions }: Layout,
): Uint8Array {
  const given = data.length / (width * height);
  const fitting = (zoom: number) =>
    Math.floor(MAX_PIXELS / (columns * (width * zoom + gap) * (height * zoom + gap)));
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
  const places: Grid = {
    ...{ width, height, columns, zoom, gap },
    dimensions: dimensions?.slice(0, rows),
  };
  const text = { [GRID_KEYWORD]: JSON.stringify(places) };
  return encode({ width: gridWidth, height: gridHeight, data: grid, channels: 1, depth: 8, text });
}

/**
 * The first rows of each array in turn: a row of originals, below it the row of its
 * reconstructions, and so on.
 *
 * @param length the number of values in a row
 * @param rows the number of rows taken from each array
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

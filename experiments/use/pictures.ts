/**
 * Files of images: a picture, or arrays of their pixels.
 *
 * @module
 */

import { gridPng } from "../outcome/image_grid.ts";
import { writeFile } from "../shell/files.ts";
import type { Size } from "../trained/images.ts";
import { type NamedRows, writeArrays } from "./arrays.ts";

/** The endings of files of images. */
export const IMAGE_ENDINGS = [".png", ".npz", ".npy", ".safetensors"] as const;

/** The images of a row of a picture. */
export const COLUMNS = 10;

/** Writes a picture of images one after another; rows come in groups, of one unless given. */
export const writePicture = (
  path: string,
  data: Float32Array | Int32Array,
  [height, width]: Size,
  columns: number = COLUMNS,
  group: number = 1,
): Promise<void> =>
  writeFile(path, gridPng({ width, height, data }, { columns, group, zoom: 2, gap: 4 }));

/** Writes images as a picture, or as an array `images` [n, height, width] with others beside it. */
export async function writeImages(
  path: string,
  ending: typeof IMAGE_ENDINGS[number],
  data: Float32Array,
  size: Size,
  beside: NamedRows = {},
  columns: number = COLUMNS,
): Promise<void> {
  const count = data.length / (size[0] * size[1]);
  if (ending === ".png") return await writePicture(path, data, size, Math.min(columns, count));
  await writeArrays(path, ending, { images: { shape: [count, ...size], data }, ...beside });
}

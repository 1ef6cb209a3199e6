/**
 * The picture of what the dimensions of a code mean: the code of a test image, decoded while one number of it is changed.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, tensor } from "../mod.ts";
import type { DataSet } from "./data/images.ts";
import { type Codes, columnsOf } from "./dimension_rates.ts";
import { writeFile } from "./files.ts";
import type { Model, Params } from "./model.ts";
import { gridPng } from "./pictures.ts";

/** Dimensions that are shown, those first that change the image most: a row of images for each. */
const ROWS = 10;
/** Images in a row: from the first to the last of the percentiles that the dimension has over the test images. */
const COLUMNS = 10;
const FROM = 0.01, TO = 0.99;

/**
 * Writes the picture.
 *
 * @param codes of all test images
 * @param key the one of the run's pictures: the image is the first of those that are reconstructed
 */
export async function paintTraversals(
  path: string,
  { model, params, data, codes, device, key }: {
    model: Model;
    params: Params;
    data: DataSet;
    codes: Codes;
    device: Device;
    key: Key;
  },
): Promise<void> {
  const [image] = await permutation(key, data.test.count).read();
  const columns = columnsOf(codes, "z", path);
  const changed = columns.flatMap((column, j) => {
    const sorted = column.toSorted();
    return Array.from({ length: COLUMNS }, (_, i) => {
      const code = columns.map((column) => column[image]);
      code[j] = quantile(sorted, FROM + (TO - FROM) * i / (COLUMNS - 1));
      return code;
    });
  });
  using given = tensor(changed.flat(), { shape: [changed.length, columns.length] });
  using decoded = jit(model.decode, { device })(params, given);
  const values = await decoded.read();

  const length = COLUMNS * data.test.pixels;
  const rows = columns.map((_, j) => values.subarray(j * length, (j + 1) * length));
  const changes = new Map(rows.map((row) => [row, changeOf(row, data.test.pixels)]));
  const shown = rows.toSorted((a, b) => changes.get(b)! - changes.get(a)!).slice(0, ROWS);
  const images = { width: data.width, height: data.height, data: shown.flatMap((row) => [...row]) };
  await writeFile(path, gridPng(images, { columns: COLUMNS, zoom: 2, gap: 4 }));
}

/** The element of a sorted sample that the fraction p of it is below. */
const quantile = (sorted: Float64Array, p: number): number =>
  sorted[Math.round(p * (sorted.length - 1))];

/** How far the images of a row are from the row's first, in the sum of squares. */
function changeOf(row: ArrayLike<number>, pixels: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] - row[i % pixels]) ** 2;
  return sum;
}

/**
 * The picture of what the dimensions of a code mean: the code of a test image, decoded while one number of it is changed.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, tensor } from "../mod.ts";
import type { Config } from "./config.ts";
import type { DataSet } from "./data/images.ts";
import { byRate, type Codes, columnsOf, dimensionRates } from "./dimension_rates.ts";
import { writeFile } from "./files.ts";
import type { Model, Params } from "./model.ts";
import { gridPng } from "./pictures.ts";

/** Dimensions that are shown, those with the highest rates first: a row of images for each. */
export const TRAVERSED = 10;
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
  { config, model, params, data, codes, device, key }: {
    config: Config;
    model: Model;
    params: Params;
    data: DataSet;
    codes: Codes;
    device: Device;
    key: Key;
  },
): Promise<void> {
  const { size } = config.latent;
  const [image] = await permutation(key, data.test.count).read();
  const columns = columnsOf(codes, "z", size, path);
  const rows = byRate(dimensionRates(config, codes, path)).slice(0, TRAVERSED);

  const changed = rows.flatMap((j) => {
    const sorted = columns[j].toSorted();
    return Array.from({ length: COLUMNS }, (_, i) => {
      const code = columns.map((column) => column[image]);
      code[j] = quantile(sorted, FROM + (TO - FROM) * i / (COLUMNS - 1));
      return code;
    });
  });
  using given = tensor(changed.flat(), { shape: [changed.length, size] });
  using decoded = jit(model.decode, { device })(params, given);
  const images = { width: data.width, height: data.height, data: await decoded.read() };
  await writeFile(path, gridPng(images, { columns: COLUMNS, zoom: 2, gap: 4 }));
}

/** The element of a sorted sample that the fraction p of it is below. */
const quantile = (sorted: Float64Array, p: number): number =>
  sorted[Math.round(p * (sorted.length - 1))];

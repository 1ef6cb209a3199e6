/**
 * The picture of what the dimensions of a code mean: the code of a test image, decoded while one number of it is changed.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, tensor } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { DataSet } from "../data/images.ts";
import { byRate, type Codes, columnsOf, dimensionRates } from "./dimension_rates.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { gridPng, interleave } from "./pictures.ts";

/** Dimensions that are shown, those first that change the image most: a row of images for each. */
const ROWS = 10;
/** Dimensions that are tried, those of the highest rates: of more, the images would fill the memory. */
const TRIED = 100;
/** Numbers of the codes, and of the images, that are decoded together. */
const TOGETHER = 2 ** 22;
/** Images in a row: from the first to the last of the percentiles that the dimension has over the test images. */
const COLUMNS = 10;
const FROM = 0.01, TO = 0.99;

/** A dimension's images, and how far they are from its first. */
interface Row {
  images: Float32Array;
  change: number;
}

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
  const { pixels } = data.test;
  const [image] = await permutation(key, data.test.count).read();
  const columns = columnsOf(codes, "z", path);
  const size = columns.count;
  const code = codes.get("z")!.data.subarray(image * size, (image + 1) * size);
  const decode = jit(model.decode, { device });
  const all = triedOf(config, codes, path);
  const chunk = Math.max(1, Math.floor(TOGETHER / (COLUMNS * Math.max(size, pixels))));

  let shown: Row[] = [];
  for (let start = 0; start < all.length; start += chunk) {
    const tried = all.slice(start, start + chunk);
    const rows = new Float32Array(tried.length * COLUMNS * size);
    for (const [n, j] of tried.entries()) {
      const sorted = columns.of(j).sort();
      for (let i = 0; i < COLUMNS; i++) {
        const at = (n * COLUMNS + i) * size;
        rows.set(code, at);
        rows[at + j] = quantile(sorted, FROM + (TO - FROM) * i / (COLUMNS - 1));
      }
    }
    using given = tensor(rows, { shape: [tried.length * COLUMNS, size] });
    using decoded = decode(params, given);
    const values = await decoded.read();
    const found = tried.map((_, n) => {
      const images = Float32Array.from(
        values.subarray(n * COLUMNS * pixels, (n + 1) * COLUMNS * pixels),
      );
      return { images, change: changeOf(images, pixels) };
    });
    shown = [...shown, ...found].sort((a, b) => b.change - a.change).slice(0, ROWS);
  }
  const { width, height } = data;
  const images = interleave(shown.map(({ images }) => images), COLUMNS * pixels, 1);
  const layout = { columns: COLUMNS, zoom: 2, gap: 4 };
  await writeFile(path, gridPng({ width, height, data: images }, layout));
}

/** The dimensions that are tried, in order. */
function triedOf(config: Config, codes: Codes, source: string): number[] {
  const rates = dimensionRates(config, codes, source);
  const all = rates === undefined
    ? Array.from({ length: config.latent.size }, (_, j) => j)
    : byRate(rates);
  return all.slice(0, TRIED).sort((a, b) => a - b);
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

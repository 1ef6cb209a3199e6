/**
 * A picture of the meaning of each dimension: the code of a test image is decoded while one of its
 * numbers is changed.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, tensor } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { DataSet } from "../data/images.ts";
import { byRate, type Codes, columnsOf, dimensionRates } from "./dimension_rates.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { gridPng, interleave } from "./image_grid.ts";

/** The number of dimensions shown, each as a row of images: those that change the image most. */
const ROWS = 10;
/** The number of dimensions tried, those with the highest rates; more would take too long. */
const TRIED = 100;
/** The most elements, of codes or of images, that are decoded together. */
const TOGETHER = 2 ** 22;
/**
 * The number of images in a row: the dimension goes from its percentile FROM to its percentile TO
 * over the test images.
 */
const COLUMNS = 10;
const FROM = 0.01, TO = 0.99;

/** The images of a dimension, and how much they differ from the first of them. */
interface Traversal {
  dimension: number;
  images: Float32Array;
  change: number;
}

/**
 * Writes the picture.
 *
 * @param codes the codes of all test images
 * @param key the key of the pictures of the run: the image is the first one in the picture of
 *   reconstructions
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

  let shown: Traversal[] = [];
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
    const found = tried.map((dimension, n) => {
      const images = Float32Array.from(
        values.subarray(n * COLUMNS * pixels, (n + 1) * COLUMNS * pixels),
      );
      return { dimension, images, change: changeOf(images, pixels) };
    });
    shown = [...shown, ...found].sort((a, b) => b.change - a.change).slice(0, ROWS);
  }
  const { width, height } = data;
  const images = interleave(shown.map(({ images }) => images), COLUMNS * pixels, 1);
  const dimensions = shown.map(({ dimension }) => dimension);
  const layout = { columns: COLUMNS, zoom: 2, gap: 4, dimensions };
  await writeFile(path, gridPng({ width, height, data: images }, layout));
}

/** The dimensions that are tried, in ascending order. */
function triedOf(config: Config, codes: Codes, source: string): number[] {
  const rates = dimensionRates(config, codes, source);
  const all = rates === undefined
    ? Array.from({ length: config.latent.size }, (_, j) => j)
    : byRate(rates);
  return all.slice(0, TRIED).sort((a, b) => a - b);
}

/** The quantile p of a sorted sample. */
const quantile = (sorted: Float64Array, p: number): number =>
  sorted[Math.round(p * (sorted.length - 1))];

/** The sum of squared differences between the images of a row and the first of them. */
function changeOf(row: ArrayLike<number>, pixels: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] - row[i % pixels]) ** 2;
  return sum;
}

/**
 * The pictures of a run: reconstructions of test images, and samples of the model.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, type Tensor, tensor } from "../../mod.ts";
import { type DataSet, gatherImages } from "../data/images.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { gridPng, interleave } from "./image_grid.ts";
import type { RunFolder } from "../runs/run_folder.ts";

/** The number of images in a row of a picture. */
const COLUMNS = 10;
/**
 * The number of test images encoded together, if there are as many: enough for echoes. It is the
 * number of samples too.
 */
const BATCH = 100;
/** The number of rows of test images, each above the row of its reconstructions. */
const SHOWN_ROWS = 5;

/** Writes both pictures for given parameters. */
export type Paint = (params: Params) => Promise<void>;

/**
 * The painter of a run. The key decides the images and the noise, which are the same after every
 * epoch.
 */
export function makePaint(
  model: Model,
  { width, height, test }: DataSet,
  device: Device,
  folder: RunFolder,
  key: Key,
): Paint {
  const reconstruct = jit(model.reconstruct, { device });
  const sample = jit(model.sample, { device });
  const count = Math.min(BATCH, test.count);
  const columns = Math.min(COLUMNS, count);
  const shownRows = Math.min(SHOWN_ROWS, Math.floor(count / columns));
  /**
   * The images of the picture, chosen after the first epoch, so that training need not wait for
   * them.
   */
  let chosen: Promise<{ rows: Float32Array; images: Tensor }> | undefined;

  return async (params) => {
    const { rows, images } = await (chosen ??= choose());
    using reconstructed = reconstruct(params, images, key);
    const both = [rows, await reconstructed.read()];
    const rowsOfBoth = interleave(both, columns * test.pixels, shownRows);
    await writePicture(folder.reconstructions, rowsOfBoth, both.length);
    using samples = sample(params, images, key);
    await writePicture(folder.samples, await samples.read(), 1);
  };

  async function choose(): Promise<{ rows: Float32Array; images: Tensor }> {
    const order = await permutation(key, test.count).read();
    const rows = gatherImages(test, order.subarray(0, count));
    return { rows, images: tensor(rows, { shape: [count, test.pixels] }) };
  }

  async function writePicture(
    path: string,
    data: ArrayLike<number>,
    group: number,
  ): Promise<void> {
    await writeFile(path, gridPng({ width, height, data }, { columns, zoom: 2, gap: 4, group }));
  }
}

/**
 * The pictures of a run: what the model makes of test images, and images that it makes up.
 *
 * @module
 */

import { type Device, jit, type Key, permutation, type Tensor, tensor } from "../../mod.ts";
import { type DataSet, gatherImages } from "../data/images.ts";
import { writeFile } from "../shell/files.ts";
import type { Model, Params } from "../models/model.ts";
import { gridPng, interleave } from "./pictures.ts";
import type { RunFolder } from "../runs/run_folder.ts";

/** Images in a row of a picture. */
const COLUMNS = 10;
/** Test images that are encoded together if there are so many, enough to make echoes of; as many images are made up. */
const BATCH = 100;
/** Rows of them that are shown, each above the row of its reconstructions. */
const SHOWN_ROWS = 5;

/** Writes both pictures of a model's parameters. */
export type Paint = (params: Params) => Promise<void>;

/** The painter of a run; the key decides on the images that are shown and on the noise, the same after every epoch. */
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
  /** The images that are shown, chosen at the end of the first epoch: training starts without waiting for it. */
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

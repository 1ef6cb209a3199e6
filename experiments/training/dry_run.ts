/**
 * The text of `--dry-run`: the arrays of the model, the number of steps and the files of the run.
 *
 * @module
 */

import { basename } from "node:path";
import { key, type Tensor, treeLeaves, zeros } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import { rendererOf } from "../data/factor_images.ts";
import type { DataSet } from "../data/images.ts";
import type { Model } from "../models/model.ts";
import { counted } from "../../lib/checks.ts";
import { leafNames } from "../../lib/moving.ts";
import type { RunFolder } from "../runs/run_folder.ts";
import { aligned } from "../shell/table.ts";

/**
 * A line for each array of the model: its name, its shape and its number of elements. Nothing is
 * computed.
 */
export function modelLines(model: Model, pixels: number): string[] {
  const params = model.init(key(0), zeros([model.prior.examples, pixels]));
  const leaves = treeLeaves(params) as Tensor[];
  const rows = leafNames(params).map((name, i) => {
    const { shape, size } = leaves[i];
    return [name, `[${shape.join(", ")}]`, size.toLocaleString("en")];
  });
  return aligned(rows, (column) => column < 2).map((cells) => `  ${cells.join("  ")}`);
}

/** The number of steps, and the files that they would write. */
export function planLines(
  { epochs, batch, limit }: Config,
  data: DataSet,
  { path, scores, ...others }: RunFolder,
): string[] {
  const files = { ...others, ...rendererOf(data) && { scores } };
  const steps = Math.floor((limit ?? data.train.count) / batch);
  const [each, all] = [steps, steps * epochs].map((count) => count.toLocaleString("en"));
  const names = Object.values(files).map((file) => basename(file)).filter((name) =>
    name[0] !== "."
  );
  return [
    `${counted(epochs, "epoch")} of ${each} steps of ${batch} images: ${all} steps`,
    `in ${path}: ${names.join(", ")}`,
  ];
}

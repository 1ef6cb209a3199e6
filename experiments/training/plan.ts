/**
 * What a run would do: its model, its steps and its files, for `--dry-run`.
 *
 * @module
 */

import { basename } from "node:path";
import { key, type Tensor, treeLeaves, treePaths, zeros } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { DataSet } from "../data/images.ts";
import type { Model } from "../models/model.ts";
import type { RunFolder } from "../runs/run_folder.ts";

/** A line for each array of the model, with its shape and how many numbers it has; computes nothing. */
export function modelLines(model: Model, pixels: number): string[] {
  const params = model.init(key(0), zeros([model.prior.examples, pixels]));
  const leaves = treeLeaves(params) as Tensor[];
  const rows = treePaths(params).map((path, i) => {
    const { shape, size } = leaves[i];
    const name = path.replaceAll("[", ".").replaceAll("]", "").slice(1);
    return [name, `[${shape.join(", ")}]`, size.toLocaleString("en")];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(([name, shape, size]) =>
    `  ${name.padEnd(widths[0])}  ${shape.padEnd(widths[1])}  ${size.padStart(widths[2])}`
  );
}

/** How many steps there would be, and where their results would be written. */
export function planLines(
  { epochs, batch, limit }: Config,
  { train }: DataSet,
  { path, ...files }: RunFolder,
): string[] {
  const steps = Math.floor((limit ?? train.count) / batch);
  const [each, all] = [steps, steps * epochs].map((count) => count.toLocaleString("en"));
  const names = Object.values(files).map((file) => basename(file)).filter((name) =>
    name[0] !== "."
  );
  return [
    `${epochs} epochs of ${each} steps of ${batch} images: ${all} steps`,
    `in ${path}: ${names.join(", ")}`,
  ];
}

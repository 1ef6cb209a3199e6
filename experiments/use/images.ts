/**
 * The images that a command gives to a run.
 *
 * @module
 */

import { type Tensor, tensor } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import { isPath, loadDataSet, resolveDataSet } from "../data/datasets.ts";
import { gatherImages, type Images, sizeOf, sliceImages } from "../data/images.ts";
import { readPart } from "../data/own_files.ts";
import { treatmentOf } from "../data/treatment.ts";
import { UserError } from "../shell/errors.ts";
import { standardTerminal } from "../shell/terminal.ts";
import type { Size } from "../trained/images.ts";

/** The flags that choose images. */
export interface ImageChoice {
  readonly data?: string;
  readonly part: "train" | "valid" | "test";
  readonly limit?: number;
  readonly "data-dir"?: string;
}

/** The most pixels that are given to a run together. */
const TOGETHER = 2 ** 23;

/**
 * The images that flags choose.
 *
 * @param config of the run, whose data set is taken unless `--data` names another one
 * @throws {UserError} if they cannot be read, or have another size than the run's
 */
export async function readImages(
  { data, part, limit, "data-dir": dataDir }: ImageChoice,
  config: Config,
  size: Size,
): Promise<Images> {
  const { images, found, name } = data !== undefined && isPath(data)
    ? await ofFile(resolveDataSet(data), part)
    : await ofSet(data, part, config, dataDir);
  if (found.join() !== size.join()) {
    throw new UserError(
      `${name} has images of ${found.join("×")} pixels, but the run takes ${size.join("×")}`,
    );
  }
  return limit === undefined ? images : sliceImages(images, 0, limit);
}

async function ofFile(path: string, part: ImageChoice["part"]) {
  const terminal = standardTerminal(Deno.stderr);
  const { height, width, images } = await readPart(
    path,
    part,
    (note) => terminal.write(`${note}\n`),
  );
  return { images, found: [height, width], name: path };
}

async function ofSet(
  data: string | undefined,
  part: ImageChoice["part"],
  config: Config,
  dataDir?: string,
) {
  const name = data ?? config.dataset;
  const treatment = data === undefined ? treatmentOf(config) : {};
  const set = await loadDataSet(name, { ...treatment, dataDir });
  return { images: set[part] as Images, found: sizeOf(set), name };
}

/** One image as a tensor [1, pixels]. */
export const oneTensor = (images: Images, number: number): Tensor =>
  tensor(gatherImages(images, [number]), { shape: [1, images.pixels] });

/** The images in batches, each a tensor [n, pixels], with the number of its first image. */
export function* inTensors(images: Images): Generator<{ start: number; rows: Tensor }> {
  const { count, pixels } = images;
  const most = Math.max(1, Math.floor(TOGETHER / pixels));
  for (let start = 0; start < count; start += most) {
    const size = Math.min(most, count - start);
    const indices = Array.from({ length: size }, (_, i) => start + i);
    yield { start, rows: tensor(gatherImages(images, indices), { shape: [size, pixels] }) };
  }
}

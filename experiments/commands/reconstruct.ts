/**
 * `deno task reconstruct`: images after a pass through their noisy codes.
 *
 * @module
 */

import { foldIn, key } from "../../mod.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { sliceImages } from "../data/images.ts";
import { interleave } from "../outcome/image_grid.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { labelsOf, Stack, writeArrays } from "../use/arrays.ts";
import { IMAGE_FLAGS, LIMIT_FLAG, RUN_FLAGS, SEED_FLAG } from "../use/flags.ts";
import { inTensors, readImages } from "../use/images.ts";
import { endingOf, openRun } from "../use/open.ts";
import { COLUMNS, IMAGE_ENDINGS, writePicture } from "../use/pictures.ts";

const FLAGS = {
  ...RUN_FLAGS,
  ...IMAGE_FLAGS,
  "data-dir": DATA_FLAGS["data-dir"],
  limit: {
    ...LIMIT_FLAG.limit,
    help: "take the first images only, this many (default: all; 50 in a picture)",
  },
  out: {
    type: "path",
    value: "<file>",
    help:
      "a picture (.png), or both as arrays, images and reconstructions (.npz or .safetensors), or the reconstructions alone (.npy)",
  },
  ...SEED_FLAG,
  device: COMMON_FLAGS.device,
  threads: COMMON_FLAGS.threads,
} as const;

const USAGE = `deno task reconstruct --run <run> --out <file> [flags]

Write images beside what the decoder makes of their noisy codes.

  deno task reconstruct --run runs/echo_mnist_binarized --out reconstructions.png`;

/** The images of a picture, unless --limit is given. */
const SHOWN = 50;

if (import.meta.main) await main(command);

/** Writes images and their reconstructions. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { path, ending } = endingOf(given.out, IMAGE_ENDINGS);
  using opened = await openRun(given);
  const { run, config } = opened;
  const { imageSize } = run;
  const found = await readImages(given, config, imageSize);
  const isPicture = ending === ".png";
  const images = isPicture ? sliceImages(found, 0, given.limit ?? SHOWN) : found;
  const output = standardOutput(given.json);
  const all = new Stack();
  for (const { start, rows } of inTensors(images)) {
    output.busy(`${start} of ${images.count} images`);
    const reconstructions = run.reconstruct(rows, foldIn(key(given.seed), start));
    await all.add({ reconstructions, images: rows });
  }
  const arrays = all.arrays(imageSize);
  if (isPicture) {
    const columns = Math.min(COLUMNS, images.count);
    const both = [arrays.images, arrays.reconstructions].map(({ data }) => data);
    const rows = Math.floor(images.count / columns);
    const pixels = interleave(both, columns * images.pixels, rows);
    await writePicture(path, pixels, imageSize, columns, both.length);
  } else await writeArrays(path, ending, { ...arrays, ...labelsOf(images.labels) });
  output.record(
    { out: path, images: images.count },
    `${path}: ${images.count.toLocaleString("en")} images and their reconstructions`,
  );
}

/**
 * `deno task decode`: the images of codes.
 *
 * @module
 */

import { tensor } from "../../mod.ts";
import { UserError } from "../shell/errors.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { readCodes } from "../use/arrays.ts";
import { LIMIT_FLAG, RUN_FLAGS } from "../use/flags.ts";
import { endingOf, openRun } from "../use/open.ts";
import { IMAGE_ENDINGS, writeImages } from "../use/pictures.ts";

const FLAGS = {
  ...RUN_FLAGS,
  codes: {
    type: "path",
    value: "<file>",
    help: "codes z [n, latent]: what encode wrote, or an npz, npy, safetensors or csv file",
  },
  ...LIMIT_FLAG,
  out: {
    type: "path",
    value: "<file>",
    help: "the file of images: a picture (.png), or their pixels (.npz, .npy or .safetensors)",
  },
  device: COMMON_FLAGS.device,
  threads: COMMON_FLAGS.threads,
} as const;

const USAGE = `deno task decode --run <run> --codes <file> --out <file> [flags]

Write the images of codes: the probability or grey level of each pixel.

  deno task decode --run runs/echo_mnist_binarized --codes codes.npz --limit 100 --out images.png`;

if (import.meta.main) await main(command);

/** Writes the images of codes. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  if (given.codes === undefined) {
    throw new UserError("no codes are given: --codes takes the file that encode wrote");
  }
  const { path, ending } = endingOf(given.out, IMAGE_ENDINGS);
  const { z, labels } = await readCodes(given.codes, given.limit);
  using opened = await openRun(given);
  const { run } = opened;
  const images = await run.decode(tensor(z.data, { shape: z.shape })).read("float32");
  await writeImages(path, ending, images, run.imageSize, labels && { labels });
  const [count] = z.shape;
  standardOutput(given.json).record(
    { out: path, images: count },
    `${path}: the images of ${count.toLocaleString("en")} codes`,
  );
}

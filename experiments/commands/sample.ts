/**
 * `deno task sample`: new images.
 *
 * @module
 */

import { key } from "../../mod.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { RUN_FLAGS, SEED_FLAG } from "../use/flags.ts";
import { endingOf, openRun } from "../use/open.ts";
import { IMAGE_ENDINGS, writeImages } from "../use/pictures.ts";

const FLAGS = {
  ...RUN_FLAGS,
  count: {
    type: "integer",
    value: "<number>",
    default: 100,
    min: 1,
    max: 1_000_000,
    help: "the number of images",
  },
  out: {
    type: "path",
    value: "<file>",
    help: "a picture (.png), or the pixels (.npz, .npy or .safetensors)",
  },
  ...SEED_FLAG,
  device: COMMON_FLAGS.device,
  threads: COMMON_FLAGS.threads,
} as const;

const USAGE = `deno task sample --run <run> --out <file> [flags]

Write new images, decoded from samples of the prior. Echo has none: its samples are noisy codes of
the test images, which have the distribution of its codes.

  deno task sample --run runs/echo_mnist_binarized --count 100 --out samples.png`;

if (import.meta.main) await main(command);

/** Writes new images. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { path, ending } = endingOf(given.out, IMAGE_ENDINGS);
  using opened = await openRun(given);
  const { run } = opened;
  const images = await run.sample(key(given.seed), given.count).read("float32");
  await writeImages(path, ending, images, run.imageSize);
  standardOutput(given.json).record(
    { out: path, images: given.count },
    `${path}: ${given.count.toLocaleString("en")} samples`,
  );
}

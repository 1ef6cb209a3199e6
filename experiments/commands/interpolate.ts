/**
 * `deno task interpolate`: the images on the line between the codes of two images.
 *
 * @module
 */

import { DATA_FLAGS } from "../data/flags.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { IMAGE_FLAGS, RUN_FLAGS } from "../use/flags.ts";
import { oneTensor, readImages } from "../use/images.ts";
import { endingOf, openRun } from "../use/open.ts";
import { IMAGE_ENDINGS, writeImages } from "../use/pictures.ts";

const FLAGS = {
  ...RUN_FLAGS,
  ...IMAGE_FLAGS,
  "data-dir": DATA_FLAGS["data-dir"],
  from: {
    type: "integer",
    value: "<number>",
    min: 0,
    help: "the first image, counted from 0 among the images",
  },
  to: { type: "integer", value: "<number>", min: 0, help: "the last image, likewise" },
  steps: {
    type: "integer",
    value: "<number>",
    default: 10,
    min: 2,
    max: 1000,
    help: "the number of images, both ends among them",
  },
  out: {
    type: "path",
    value: "<file>",
    help: "a picture (.png), or the pixels (.npz, .npy or .safetensors)",
  },
  device: COMMON_FLAGS.device,
  threads: COMMON_FLAGS.threads,
} as const;

const USAGE = `deno task interpolate --run <run> --from <number> --to <number> --out <file> [flags]

Write the images on the straight line between the codes of two images, without noise.

  deno task interpolate --run runs/echo_mnist_binarized --from 3 --to 8 --out line.png`;

if (import.meta.main) await main(command);

/** Writes the images between two. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { path, ending } = endingOf(given.out, IMAGE_ENDINGS);
  const { from, to, steps } = given;
  if (from === undefined || to === undefined) {
    throw new UserError("two images are needed: --from 3 --to 8 takes those of these numbers");
  }
  using opened = await openRun(given);
  const { run, config } = opened;
  const images = await readImages(given, config, run.imageSize);
  const outside = [["from", from] as const, ["to", to] as const]
    .find(([, number]) => number >= images.count);
  if (outside !== undefined) {
    const [flag, number] = outside;
    throw new UserError(
      `--${flag} is ${number}, but there are ${images.count} images, counted from 0`,
    );
  }
  const [first, last] = [from, to].map((i) => run.encode(oneTensor(images, i)).z);
  const pixels = await run.interpolate(first, last, steps).read("float32");
  await writeImages(path, ending, pixels, run.imageSize, {}, steps);
  const labels = images.labels && [images.labels[from], images.labels[to]];
  const nameOf = (i: number, label?: number) =>
    `image ${i}${label === undefined ? "" : ` (label ${label})`}`;
  standardOutput(given.json).record(
    { out: path, images: steps, from, to, ...labels && { labels } },
    `${path}: ${steps} images from ${nameOf(from, labels?.[0])} to ${nameOf(to, labels?.[1])}`,
  );
}

/**
 * `deno task encode`: the codes of images.
 *
 * @module
 */

import { foldIn, key } from "../../mod.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { COMMON_FLAGS } from "../shell/common_flags.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { labelsOf, type NamedRows, Stack, writeArrays } from "../use/arrays.ts";
import { IMAGE_FLAGS, LIMIT_FLAG, RUN_FLAGS, SEED_FLAG } from "../use/flags.ts";
import { inTensors, readImages } from "../use/images.ts";
import { endingOf, openRun } from "../use/open.ts";

const FLAGS = {
  ...RUN_FLAGS,
  ...IMAGE_FLAGS,
  "data-dir": DATA_FLAGS["data-dir"],
  ...LIMIT_FLAG,
  out: { type: "path", value: "<file>", help: "the file of codes: .npz, .safetensors or .csv" },
  still: { type: "boolean", help: "codes without noise" },
  ...SEED_FLAG,
  device: COMMON_FLAGS.device,
  threads: COMMON_FLAGS.threads,
} as const;

const USAGE = `deno task encode --run <run> --out <file> [flags]

Write the codes of images: z, as the decoder takes it; mean and log-scale or log-variance, as the
encoder gives them; the rate of each image in nats; and labels, if the images have them.

  deno task encode --run runs/echo_mnist_binarized --out codes.npz
  deno task encode --run runs/echo_mnist_binarized --data mine.npy --out codes.csv`;

if (import.meta.main) await main(command);

/** Writes the codes of images. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { path, ending } = endingOf(given.out, [".npz", ".safetensors", ".csv"]);
  using opened = await openRun(given);
  const { run, config } = opened;
  const images = await readImages(given, config, run.imageSize);
  const output = standardOutput(given.json);
  const all = new Stack();
  for (const { start, rows } of inTensors(images)) {
    output.busy(`${start} of ${images.count} images`);
    const [noise, forRate] = [0, 1].map((use) => foldIn(foldIn(key(given.seed), start), use));
    const codes = run.encode(rows, given.still ? undefined : noise);
    await all.add({ ...codes, rate: run.rate(rows, forRate) });
  }
  const arrays: NamedRows = { ...all.arrays(), ...labelsOf(images.labels) };
  await writeArrays(path, ending, arrays);
  const { size } = config.latent;
  output.record(
    { out: path, images: images.count, latent: size, arrays: Object.keys(arrays) },
    `${path}: the codes of ${images.count.toLocaleString("en")} images, ${size} dimensions each (${
      Object.keys(arrays).join(", ")
    })`,
  );
}

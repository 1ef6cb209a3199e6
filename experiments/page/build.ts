/**
 * Builds the page: the bundles, a style sheet, the images as bits, and the page with its facts.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataDigest } from "../data/digest.ts";
import { loadDataSet } from "../data/datasets.ts";
import { type DataSet, type Images, sliceImages } from "../data/images.ts";
import { PALETTE_STYLE } from "../formats/palette.ts";
import { UserError } from "../shell/errors.ts";
import { namesIn } from "../shell/files.ts";
import { packBits } from "./bits.ts";
import { curvesOf, type Facts } from "./facts.ts";

/** The numbers of images that the page trains and tests on. */
const COUNTS = { training: 10_000, test: 1_000 };

const here = (file: string) => new URL(file, import.meta.url);
const textOf = (file: string) => Deno.readTextFile(here(file));

/** The page's files by name. */
export type PageFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * Builds all files of the page.
 *
 * @param data the images; MNIST, binarised by the runner's fixed draw, unless given
 * @throws {UserError} if the data set is missing, or the bundler fails
 */
export async function buildPage(data?: DataSet): Promise<PageFiles> {
  const set = data ?? await loadDataSet("mnist_binarized");
  const train = sliceImages(set.train, 0, Math.min(COUNTS.training, set.train.count));
  const test = sliceImages(set.test, 0, Math.min(COUNTS.test, set.test.count));
  const facts: Facts = {
    tests: test.count,
    digest: dataDigest({ ...set, train }),
    curves: curvesOf(await textOf("../../dev/figures/rate_distortion.csv")),
  };
  const page = await textOf("index.html");
  const text = new TextEncoder();
  return new Map([
    ["index.html", text.encode(page.replace(/>\s*null\s*</, `>${JSON.stringify(facts)}<`))],
    ["style.css", text.encode(PALETTE_STYLE + await textOf("style.css"))],
    ["images.bin", packBits([...bytesOf(train), ...bytesOf(test)])],
    ...await bundle(["app.ts", "training_worker.ts", "showing_worker.ts"]),
  ]);
}

/** The pixels of binary images. */
function bytesOf(images: Images): Uint8Array {
  if ("renderer" in images || images.white !== 1) {
    throw new UserError("the page takes binary images in memory only");
  }
  return Uint8Array.from(images.data);
}

/** Bundles modules for browsers; what several of them import becomes files of its own. */
async function bundle(modules: readonly string[]): Promise<[string, Uint8Array<ArrayBuffer>][]> {
  const folder = await Deno.makeTempDir({ prefix: "echograd_page_" });
  try {
    const entries = modules.map((module) => fileURLToPath(here(module)));
    const args = [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--minify",
      "--code-splitting",
      "--outdir",
      folder,
    ];
    const command = new Deno.Command("deno", { args: [...args, ...entries], cwd: here("../..") });
    const { success, stderr } = await command.output();
    if (!success) {
      throw new UserError(`cannot bundle the page: ${new TextDecoder().decode(stderr).trim()}`);
    }
    const names = await namesIn(folder);
    return await Promise.all(
      names.map(async (name) =>
        [name, await Deno.readFile(join(folder, name))] as [string, Uint8Array<ArrayBuffer>]
      ),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

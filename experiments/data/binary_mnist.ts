/**
 * The static binarisation of MNIST by Larochelle and Murray (2011), which papers on generative
 * models use.
 *
 * @module
 */

import { readAmat } from "../formats/amat.ts";
import type { Collection } from "./collection.ts";
import { joinImages, makeImages } from "./images.ts";
import type { Source } from "./source.ts";

const SIDE = 28;
const COUNTS = [50_000, 10_000, 10_000];
/**
 * The most bytes of a number of images: a digit and a space for each pixel, and two bytes at the
 * end of a line.
 */
const mostOf = (count: number) => count * (2 * SIDE * SIDE + 2);

/** The three files: training, validation and test images. */
export const BINARY_MNIST: Source = {
  name: "binary_mnist",
  licence: "none is stated; drawn from MNIST, CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
  mirrors: ["http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist"],
  files: [
    {
      name: "binarized_mnist_train.amat",
      most: mostOf(COUNTS[0]),
      digest: { sha256: "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d" },
    },
    {
      name: "binarized_mnist_valid.amat",
      most: mostOf(COUNTS[1]),
      digest: { sha256: "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2" },
    },
    {
      name: "binarized_mnist_test.amat",
      most: mostOf(COUNTS[2]),
      digest: { sha256: "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c" },
    },
  ],
};

/** The images in the files. */
export function readBinaryMnist(contents: readonly Uint8Array[]): Collection {
  const [train, valid, test] = BINARY_MNIST.files.map(({ name }, i) =>
    makeImages(readAmat(contents[i], COUNTS[i], SIDE * SIDE, name), SIDE * SIDE, name)
  );
  const training = joinImages(train, valid);
  return { width: SIDE, height: SIDE, training, validation: valid.count, test };
}

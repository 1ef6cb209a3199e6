/**
 * The static binarisation of MNIST by Larochelle and Murray (2011), on which the generative-model papers report.
 *
 * @module
 */

import { readAmat } from "../formats/amat.ts";
import type { Collection } from "./collection.ts";
import { joinImages, makeImages } from "./images.ts";
import type { Source } from "./source.ts";

const SIDE = 28;
const COUNTS = [50_000, 10_000, 10_000];
/** The most bytes of so many images: for each pixel a digit and a space, and two more where a line ends. */
const mostOf = (count: number) => count * (2 * SIDE * SIDE + 2);

/** Its three files: images to train on, to validate on, to test on. */
export const BINARY_MNIST: Source = {
  name: "binary_mnist",
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

/** The images of its files. */
export function readBinaryMnist(contents: readonly Uint8Array[]): Collection {
  const [train, valid, test] = BINARY_MNIST.files.map(({ name }, i) =>
    makeImages(readAmat(contents[i], COUNTS[i], SIDE * SIDE, name), SIDE * SIDE, name)
  );
  const training = joinImages(train, valid);
  return { width: SIDE, height: SIDE, training, validation: valid.count, test };
}

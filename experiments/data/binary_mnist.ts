/**
 * The static binarisation of MNIST by Larochelle and Murray (2011), on which the generative-model papers report.
 *
 * @module
 */

import { join } from "node:path";
import { cacheFolder } from "../files.ts";
import { readAmat } from "./amat.ts";
import { type DataSet, makeImages } from "./images.ts";
import { obtain } from "./source.ts";

const SIDE = 28;
const ADDRESS = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist";

const FILES = [
  {
    name: "binarized_mnist_train.amat",
    sha256: "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    count: 50_000,
  },
  {
    name: "binarized_mnist_valid.amat",
    sha256: "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    count: 10_000,
  },
  {
    name: "binarized_mnist_test.amat",
    sha256: "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
    count: 10_000,
  },
];

/**
 * Binary MNIST: 50,000 images to train on, 10,000 to validate, 10,000 to test.
 *
 * @param dataDir the folder of the three `.amat` or `.amat.gz` files; else they are downloaded once and cached
 * @throws {UserError} if a file is missing, damaged, or cannot be downloaded
 */
export async function loadBinaryMnist(dataDir?: string): Promise<DataSet> {
  const cache = join(cacheFolder(), "binary_mnist");
  const contents = await obtain(FILES, ADDRESS, { dataDir, cache });
  const [train, valid, test] = FILES.map(({ name, count }, i) =>
    makeImages(readAmat(contents[i], count, SIDE * SIDE, name), SIDE * SIDE, name)
  );
  return { name: "binary_mnist", width: SIDE, height: SIDE, train, valid, test };
}

/**
 * The table of data sets: adding one is adding its loader here.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { suggest } from "../nearest.ts";
import { loadBinaryMnist } from "./binary_mnist.ts";
import type { DataSet } from "./images.ts";
import { loadMnistBinarized } from "./mnist.ts";

/** Loads a data set, from the user's folder if one is given. */
type Loader = (dataDir?: string) => Promise<DataSet>;

const LOADERS: Record<string, Loader> = {
  mnist_binarized: loadMnistBinarized,
  binary_mnist: loadBinaryMnist,
};

/** The names that `--dataset` takes. */
export const DATA_SETS: readonly string[] = Object.keys(LOADERS);

/**
 * Loads a data set by its name.
 *
 * @param dataDir the folder of its files, if not the default one
 * @throws {UserError} for an unknown name, and for missing or damaged files
 */
export function loadDataSet(name: string, dataDir?: string): Promise<DataSet> {
  if (!Object.hasOwn(LOADERS, name)) {
    throw new UserError(`unknown data set "${name}"${suggest(name, DATA_SETS)}`);
  }
  return LOADERS[name](dataDir);
}

/**
 * The table of data sets: adding one is adding a row here.
 *
 * @module
 */

import { join, parse, resolve } from "node:path";
import { userPath } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { suggest } from "../shell/nearest.ts";
import { standardTerminal, type Terminal } from "../shell/terminal.ts";
import { BINARY_MNIST, readBinaryMnist } from "./binary_mnist.ts";
import { type Collection, splitCollection } from "./collection.ts";
import { type Drawn, readDrawn } from "./drawn.ts";
import type { DataSet } from "./images.ts";
import { FASHION_MNIST, MNIST, MNIST_LAYOUT, readMnist } from "./mnist.ts";
import { OMNIGLOT, readOmniglot } from "./omniglot.ts";
import { readOwn } from "./own_files.ts";
import { cacheOf, readSource, type Source } from "./source.ts";
import type { Treatment } from "./treatment.ts";

/** A data set that has a name. */
export interface NamedSet {
  source: Source;
  /** The images in the files of the source. */
  read(contents: readonly Uint8Array[]): Collection | Promise<Collection>;
  /** Its images as one draw for all makes them, where that draw is kept in the cache. */
  drawn?: Drawn;
  /** How its images become binary if the config does not say. */
  binarize: NonNullable<Treatment["binarize"]>;
  /** Images to train on, to validate on and to test on. */
  sizes: readonly [train: number, valid: number, test: number];
  /** What its pixels are. */
  about: string;
}

const mnist = {
  source: MNIST,
  read: readMnist,
  drawn: {
    layout: MNIST_LAYOUT,
    sha256: "9ef64b1fb954c8d4d4aa3d40f28decc545b756ea3a05e9fffa02e06074eae709",
  },
  sizes: [50_000, 10_000, 10_000],
} as const;
const fashion = {
  ...mnist,
  source: FASHION_MNIST,
  drawn: {
    layout: MNIST_LAYOUT,
    sha256: "f8b075fb557c0141f74d262d5b027eb2b6b8084c04f4950be64f955fe80e6f70",
  },
};

/** The data sets by the names that `--dataset` takes. */
export const DATA_SETS: Readonly<Record<string, NamedSet>> = {
  mnist_binarized: { ...mnist, binarize: "fixed", about: "0 or 1, a fixed draw from mnist" },
  binary_mnist: {
    source: BINARY_MNIST,
    read: readBinaryMnist,
    binarize: "none",
    sizes: [50_000, 10_000, 10_000],
    about: "0 or 1, Larochelle and Murray's draw",
  },
  mnist: { ...mnist, binarize: "none", about: "grey" },
  omniglot: {
    source: OMNIGLOT,
    read: readOmniglot,
    binarize: "none",
    sizes: [23_000, 1345, 8070],
    about: "grey",
  },
  fmnist: { ...fashion, binarize: "none", about: "grey" },
  binary_fmnist: { ...fashion, binarize: "fixed", about: "0 or 1, a fixed draw from fmnist" },
};

/**
 * A data set by its name.
 *
 * @throws {UserError} if there is none of that name
 */
export function namedSet(name: string): NamedSet {
  if (Object.hasOwn(DATA_SETS, name)) return DATA_SETS[name];
  throw new UserError(`unknown data set "${name}"${suggest(name, Object.keys(DATA_SETS))}`);
}

/** Whether this is a path rather than a name. */
function isPath(name: string): boolean {
  return /[./\\]/.test(name);
}

/**
 * A data set as a config keeps it: a path becomes an absolute one, so that it means the same wherever a run is resumed.
 *
 * @throws {UserError} for an unknown name
 */
export function resolveDataSet(dataset: string): string {
  if (isPath(dataset)) return resolve(userPath(dataset));
  namedSet(dataset);
  return dataset;
}

/** A data set in the name of a folder: its name, or that of its file. */
export function shortName(dataset: string): string {
  return parse(dataset).name.replaceAll(/[^\w.+=-]/g, "_");
}

/** How a data set is loaded. */
export interface LoadOptions extends Treatment {
  /** The folder of its files, if not the default one. */
  dataDir?: string;
  /** Where the progress of a download is shown, if not on stderr. */
  terminal?: Terminal;
}

/**
 * Loads a data set by its name, or from files of the user's own by their path.
 *
 * @throws {UserError} for an unknown name, for missing or damaged files, and for more training images than there are
 */
export async function loadDataSet(name: string, options: LoadOptions = {}): Promise<DataSet> {
  const { dataDir, terminal = standardTerminal(Deno.stderr), ...treatment } = options;
  if (isPath(name)) {
    if (dataDir !== undefined) {
      throw new UserError(`--data-dir is for data sets that have a name, but ${name} is a path`);
    }
    return await splitCollection(
      name,
      await readOwn(name, (note) => terminal.write(`${note}\n`)),
      treatment,
    );
  }
  const { source, read, binarize, drawn } = namedSet(name);
  const { binarize: wanted = binarize, trainSize } = treatment;
  const grey = async () => read(await readSource(source, { dataDir, terminal }));
  if (wanted === "fixed" && drawn && dataDir === undefined) {
    const binary = await readDrawn(join(cacheOf(source), "drawn.bits"), drawn, grey);
    return await splitCollection(name, binary, { binarize: "none", trainSize });
  }
  return await splitCollection(name, await grey(), { binarize: wanted, trainSize });
}

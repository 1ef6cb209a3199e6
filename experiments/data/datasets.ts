/**
 * The table of data sets. To add one, add a row.
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
import { type BinaryCache, readBinaryCache } from "./binary_cache.ts";
import { correlatedNumbers, REMOVAL, type Removal } from "./correlated.ts";
import { DSPRITES, readDsprites } from "./dsprites.ts";
import { splitRendered, splitSizes } from "./factor_images.ts";
import type { Renderer } from "./factors.ts";
import type { DataSet, StoredImages } from "./images.ts";
import { FASHION_MNIST, MNIST, MNIST_LAYOUT, readMnist } from "./mnist.ts";
import { OMNIGLOT, readOmniglot } from "./omniglot.ts";
import { readOwn } from "./own_files.ts";
import { cacheOf, readSource, type Source } from "./source.ts";
import { SPRITE_SIDE, SPRITES } from "./sprites.ts";
import type { Treatment } from "./treatment.ts";

/** A data set with a name. */
export interface NamedSet {
  source: Source;
  /** Reads the images from the files of the source. */
  read(contents: readonly Uint8Array[]): Collection | Promise<Collection>;
  /** How the images become binary unless the config says otherwise. */
  binarize: NonNullable<Treatment["binarize"]>;
  /** The height and width of an image; 28×28 unless given. */
  size?: readonly [height: number, width: number];
  /** The numbers of training, validation and test images. */
  sizes: readonly [train: number, valid: number, test: number];
  /** A description of the pixels. */
  about: string;
}

/** A data set whose binary images are drawn once, and then kept in the cache. */
interface CachedSet extends NamedSet {
  read(contents: readonly Uint8Array[]): Collection<StoredImages>;
  cache: BinaryCache;
}

/** The source of images that need no files. */
const NO_FILES: Source = {
  name: "sprites",
  licence: "MIT, as this program, which draws them",
  files: [],
  mirrors: [],
};

const mnist = {
  source: MNIST,
  read: readMnist,
  cache: {
    layout: MNIST_LAYOUT,
    sha256: "9ef64b1fb954c8d4d4aa3d40f28decc545b756ea3a05e9fffa02e06074eae709",
  },
  sizes: [50_000, 10_000, 10_000],
} as const;
const fashion = {
  ...mnist,
  source: FASHION_MNIST,
  cache: {
    layout: MNIST_LAYOUT,
    sha256: "f8b075fb557c0141f74d262d5b027eb2b6b8084c04f4950be64f955fe80e6f70",
  },
};

/** The sprites of a renderer, or those that a removal leaves. */
function spriteSet(
  source: Source,
  rendererOf: (contents: readonly Uint8Array[]) => Renderer,
  about: string,
  removal?: Removal,
): NamedSet {
  return {
    source,
    read(contents) {
      const renderer = rendererOf(contents);
      return splitRendered(renderer, removal && correlatedNumbers(renderer.factors, removal));
    },
    binarize: "none",
    size: [SPRITE_SIDE, SPRITE_SIDE],
    sizes: splitSizes(removal ? 124_800 : 737_280),
    about,
  };
}

/** The data sets by the names that `--dataset` takes. */
export const DATA_SETS: Readonly<Record<string, NamedSet | CachedSet>> = {
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
  dsprites: spriteSet(DSPRITES, readDsprites, "0 or 1, the published sprites"),
  ds_corr: spriteSet(DSPRITES, readDsprites, "0 or 1, dsprites with dependent factors", REMOVAL),
  sprites: spriteSet(NO_FILES, () => SPRITES, "0 or 1, dsprites drawn here"),
  sprites_corr: spriteSet(NO_FILES, () => SPRITES, "0 or 1, with dependent factors", REMOVAL),
};

/** Other names of data sets: those of the paper's code. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["omni", "omniglot"],
  ["dsprites_corr", "ds_corr"],
]);

/**
 * A data set by its name.
 *
 * @throws {UserError} for an unknown name
 */
export function namedSet(alias: string): NamedSet | CachedSet {
  const name = ALIASES.get(alias) ?? alias;
  if (Object.hasOwn(DATA_SETS, name)) return DATA_SETS[name];
  throw new UserError(`unknown data set "${name}"${suggest(name, Object.keys(DATA_SETS))}`);
}

/**
 * The height and width of the images of a data set, without loading it; those of a path, which are
 * unknown, count as 28×28.
 *
 * @throws {UserError} for an unknown name
 */
export function imageSizeOf(dataset: string): readonly [height: number, width: number] {
  return (isPath(dataset) ? undefined : namedSet(dataset).size) ?? [28, 28];
}

/** Whether the value of `--dataset` is a path and not a name. */
export function isPath(name: string): boolean {
  return /[./\\]/.test(name);
}

/**
 * A data set as a config stores it: paths become absolute, so that a run can be resumed from any
 * folder, and an alias becomes the name.
 *
 * @throws {UserError} for an unknown name
 */
export function resolveDataSet(dataset: string): string {
  if (isPath(dataset)) return resolve(userPath(dataset));
  namedSet(dataset);
  return ALIASES.get(dataset) ?? dataset;
}

/** The name of a data set for a folder: its name, or that of its file. */
export function shortName(dataset: string): string {
  return parse(dataset).name.replaceAll(/[^\w.+=-]/g, "_");
}

/** Options of {@linkcode loadDataSet}. */
export interface LoadOptions extends Treatment {
  /** The folder of the files; unless given, an installed package or the cache. */
  dataDir?: string;
  /** The terminal that shows downloads; stderr unless given. */
  terminal?: Terminal;
}

/**
 * Loads a data set by its name, or the user's own files by their path.
 *
 * @throws {UserError} for an unknown name, missing or damaged files, or more training images than
 *   there are
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
  const set = namedSet(name);
  const { source } = set;
  const { binarize: wanted = set.binarize } = treatment;
  const contents = () => readSource(source, { dataDir, terminal });
  if (wanted === "fixed" && "cache" in set && dataDir === undefined) {
    const grey = async () => set.read(await contents());
    const binary = await readBinaryCache(join(cacheOf(source), "drawn.bits"), set.cache, grey);
    return await splitCollection(name, binary, { ...treatment, binarize: "none" });
  }
  const grey = await set.read(await contents());
  return await splitCollection(name, grey, { ...treatment, binarize: wanted });
}

/**
 * Checkpoints: all that training needs to go on exactly where it stopped, in one safetensors file.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import {
  type AdamState,
  type Key,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  treePaths,
} from "../mod.ts";
import type { Config } from "./config.ts";
import { parseConfigText } from "./config_source.ts";
import { UserError } from "./errors.ts";
import { readFile, writeFile } from "./files.ts";
import type { Params } from "./model.ts";
import type { PoolState } from "./pool.ts";
import { decodeTensors, encodeTensors, type NamedArray, type Values } from "./safetensors.ts";

/** What a training step changes. */
export interface TrainingState {
  params: Params;
  optimizer: AdamState<Params>;
  /** The encodings that echoes are drawn from, where they are not the batch's own. */
  pool?: PoolState;
}

/** A moment between two epochs. */
export interface Checkpoint {
  state: TrainingState;
  /** The key that every random choice of the run follows from. */
  key: Key;
  /** Epochs finished. */
  epoch: number;
  /** What was trained by; unknown of checkpoints from before it was kept. */
  config?: Config;
}

/** Writes a checkpoint; whoever reads the file sees the old one or this one, whole. */
export async function saveCheckpoint(
  path: string,
  { epoch, config, ...tree }: Checkpoint,
): Promise<void> {
  const tensors = new Map<string, NamedArray>();
  const names = leafNames(tree);
  for (const [i, leaf] of treeLeaves(tree).entries()) {
    const { shape } = leaf as Tensor;
    tensors.set(names[i], { shape, data: await (leaf as Tensor).read() as Values });
  }
  const metadata: Record<string, string> = { epoch: String(epoch) };
  if (config !== undefined) metadata.config = JSON.stringify(config);
  await writeFile(path, encodeTensors({ tensors, metadata }));
}

/**
 * Reads a checkpoint.
 *
 * @param like a checkpoint of the same run, such as that of epoch 0
 * @throws {UserError} if the file is missing or damaged, its arrays are not those of this architecture, or it was trained
 *   by another config
 */
export async function loadCheckpoint(
  path: string,
  { epoch: _, config, ...like }: Checkpoint,
): Promise<Checkpoint> {
  const { tensors, metadata } = decodeTensors(await readFile(path), path);
  if (config !== undefined && metadata.config !== undefined) {
    checkConfig(config, metadata.config, path);
  }
  const fail = (what: string): never => {
    throw new UserError(`${path} is of another architecture than the config: ${what}`);
  };
  const names = leafNames(like);
  const extra = [...tensors.keys()].find((name) => !names.includes(name));
  if (extra !== undefined) fail(`the config has no ${extra}`);

  const rest = names.values();
  const loaded = treeMap(({ shape, dtype }) => {
    const name = rest.next().value!;
    const found = tensors.get(name) ?? fail(`${name} is missing`);
    if (`${found.shape}` !== `${shape}`) {
      fail(`${name} has the shape [${found.shape}], but should have [${shape}]`);
    }
    return tensor(found.data, { shape, dtype });
  }, like);

  const epoch = Number(metadata.epoch);
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new UserError(`${path} does not say after which epoch it was made`);
  }
  return { ...loaded, epoch, config };
}

/** Only when to stop may change between two epochs: with anything else the run would be neither this one nor that. */
function checkConfig(config: Config, text: string, path: string): void {
  const before = parseConfigText(text, `the config in ${path}`);
  const keys = Object.keys({ ...config, ...before }) as (keyof Config)[];
  for (const key of keys) {
    if (key === "epochs" || key === "earlyStopping") continue;
    if (isDeepStrictEqual(config[key], before[key])) continue;
    const [now, then] = [config[key], before[key]].map((value) =>
      JSON.stringify(value) ?? "absent"
    );
    throw new UserError(`${path} was trained by another config: ${key} was ${then}, and is ${now}`);
  }
}

/** The name of each leaf of a tree, in the style of PyTorch: `state.params.encoder.0.w`. */
function leafNames(tree: unknown): string[] {
  return treePaths(tree).map((path) => path.replaceAll("[", ".").replaceAll("]", "").slice(1));
}

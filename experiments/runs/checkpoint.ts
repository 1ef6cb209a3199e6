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
} from "../../mod.ts";
import type { Config } from "../config/config.ts";
import { parseConfigText } from "../config/source.ts";
import { dataDifference, type DataDigest } from "../data/digest.ts";
import { UserError } from "../shell/errors.ts";
import { exists, writeFile } from "../shell/files.ts";
import type { Params } from "../models/model.ts";
import type { EchoRingState } from "../models/echo_ring.ts";
import type { NamedArray, Values } from "../formats/safetensors.ts";
import { encodeSealed, readSealed } from "../formats/seal.ts";

/** What a training step changes. */
export interface TrainingState {
  params: Params;
  optimizer: AdamState<Params>;
  /** The encodings that echoes are drawn from, where they are not the batch's own. */
  pool?: EchoRingState;
}

/** A moment between two epochs. */
export interface Checkpoint {
  state: TrainingState;
  /** The key that every random choice of the run follows from. */
  key: Key;
  /** Epochs finished. */
  epoch: number;
  /** What was trained by. */
  config: Config;
  /** What was trained on. */
  data: DataDigest;
  /** The digest of the history up to the epoch. */
  history: string;
}

/** What is trained in a checkpoint, on the host: arrays by name. */
export type Arrays = Map<string, NamedArray>;

/** Reads what is trained from its device. */
export async function readArrays(tree: Pick<Checkpoint, "state" | "key">): Promise<Arrays> {
  const { state, key } = tree;
  const names = leafNames({ state, key });
  const arrays: Arrays = new Map();
  for (const [i, leaf] of treeLeaves({ state, key }).entries()) {
    const { shape } = leaf as Tensor;
    arrays.set(names[i], { shape, data: await (leaf as Tensor).read() as Values });
  }
  return arrays;
}

/** The first array that holds a NaN or an infinity, and which of the two; undefined if none does. */
export function firstNotFinite(arrays: Arrays): { name: string; value: number } | undefined {
  for (const [name, { data }] of arrays) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) return { name, value: data[i] };
    }
  }
  return undefined;
}

/**
 * Writes a checkpoint; whoever reads the file sees the old one or this one, whole. It holds digests of itself, of the data and of
 * the history, and the config.
 */
export async function saveCheckpoint(
  path: string,
  arrays: Arrays,
  { epoch, config, data, history }: Omit<Checkpoint, "state" | "key">,
): Promise<void> {
  const metadata = {
    epoch: String(epoch),
    config: JSON.stringify(config),
    data: JSON.stringify(data),
    history,
  };
  await writeFile(path, encodeSealed({ tensors: arrays, metadata }));
}

/**
 * Reads a checkpoint.
 *
 * @param like a checkpoint of the same run, such as that of epoch 0
 * @throws {UserError} if the file is missing or damaged, its arrays are not those of this architecture or not finite, or it was
 *   trained by another config or on other images
 */
export async function loadCheckpoint(
  path: string,
  { state, key, config, data }: Omit<Checkpoint, "epoch" | "history">,
): Promise<Checkpoint> {
  const { tensors, metadata } = await readSealed(path);
  checkConfig(config, metadata.config, path);
  const difference = dataDifference(JSON.parse(metadata.data), data);
  if (difference !== undefined) {
    throw new UserError(`${path} was trained on other data than ${config.dataset}: ${difference}`);
  }
  const fail = (what: string): never => {
    throw new UserError(`${path} is of another architecture than the config: ${what}`);
  };
  const names = leafNames({ state, key });
  const extra = [...tensors.keys()].find((name) => !names.includes(name));
  if (extra !== undefined) fail(`the config has no ${extra}`);
  const broken = firstNotFinite(tensors);
  if (broken !== undefined) throw new UserError(`${path}: ${broken.name} holds ${broken.value}`);

  const rest = names.values();
  const loaded = treeMap(({ shape, dtype }) => {
    const name = rest.next().value!;
    const found = tensors.get(name) ?? fail(`${name} is missing`);
    if (`${found.shape}` !== `${shape}`) {
      fail(`${name} has the shape [${found.shape}], but should have [${shape}]`);
    }
    return tensor(found.data, { shape, dtype });
  }, { state, key });
  return { ...loaded, epoch: Number(metadata.epoch), config, data, history: metadata.history };
}

/**
 * The number of epochs that a checkpoint comes after; undefined if there is no file of this name.
 *
 * @throws {UserError} if the file is damaged
 */
export async function epochOf(path: string): Promise<number | undefined> {
  return await exists(path) ? Number((await readSealed(path)).metadata.epoch) : undefined;
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

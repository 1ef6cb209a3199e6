/**
 * Checkpoints: one safetensors file with all that training needs to continue exactly where it
 * stopped.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import {
  type AdamState,
  type Key,
  type SgdState,
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

/** The state of any optimizer that a config can ask for. */
export type OptimizerState = AdamState<Params> | SgdState<Params>;

/** The state of the control of β, scalars. */
export interface TargetState {
  /** The logarithm of the factor on the weights of the rate. */
  logBeta: Tensor;
  /** The exponential mean of the rate, or of the distortion, of the training batches. */
  mean: Tensor;
  /** The value that the mean should have, so that the validation images meet the target. */
  aim: Tensor;
}

/** What a training step changes. */
export interface TrainingState {
  params: Params;
  optimizer: OptimizerState;
  /** The stored encodings that echoes are drawn from, if the config asks for a pool. */
  pool?: EchoRingState;
  /** The control of β, if the config asks for a rate or a distortion. */
  target?: TargetState;
}

/** The state of a run between two epochs. */
export interface Checkpoint {
  state: TrainingState;
  /** The key of the run: every random choice follows from it. */
  key: Key;
  /** The number of finished epochs. */
  epoch: number;
  /** The config of the run. */
  config: Config;
  /** The digest of the images that the run trains on. */
  data: DataDigest;
  /** The digest of the history up to the epoch. */
  history: string;
}

/** The arrays of a checkpoint, on the host, by name. */
export type Arrays = Map<string, NamedArray>;

/** Reads the arrays of a checkpoint from their device. */
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

/**
 * The name of the first array with a NaN or an infinity, and that value; undefined if all are
 * finite.
 */
export function firstNotFinite(arrays: Arrays): { name: string; value: number } | undefined {
  for (const [name, { data }] of arrays) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) return { name, value: data[i] };
    }
  }
  return undefined;
}

/**
 * Writes a checkpoint: the arrays, the config, and digests of the data, of the history and of the
 * file itself. A reader sees the old file or the new one, never a part.
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
 * @throws {UserError} if the file is missing or damaged, if it belongs to another architecture,
 *   config or set of images, or if an array has a NaN or an infinity
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
    throw new UserError(`${path} has another architecture than the config: ${what}`);
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
 * The number of epochs that a checkpoint has finished; undefined if there is no such file.
 *
 * @throws {UserError} if the file is damaged
 */
export async function epochOf(path: string): Promise<number | undefined> {
  return await exists(path) ? Number((await readSealed(path)).metadata.epoch) : undefined;
}

/**
 * Refuses a changed config. On resume only `epochs` and `earlyStopping` may differ; any other
 * change would mix two experiments.
 */
function checkConfig(config: Config, text: string, path: string): void {
  const before = parseConfigText(text, `the config in ${path}`);
  const keys = Object.keys({ ...config, ...before }) as (keyof Config)[];
  for (const key of keys) {
    if (key === "epochs" || key === "earlyStopping") continue;
    if (isDeepStrictEqual(config[key], before[key])) continue;
    const [now, then] = [config[key], before[key]].map((value) =>
      JSON.stringify(value) ?? "absent"
    );
    throw new UserError(
      `${path} was trained with another config: ${key} was ${then}, and is now ${now}`,
    );
  }
}

/**
 * The name of each leaf of a tree, in the style of PyTorch: `state.params.encoder.0.w` instead of
 * the `.state.params.encoder[0].w` of {@linkcode treePaths}.
 */
export function leafNames(tree: unknown): string[] {
  return treePaths(tree).map((path) => path.replaceAll("[", ".").replaceAll("]", "").slice(1));
}

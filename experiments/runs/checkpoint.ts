/**
 * Checkpoints: one safetensors file with all that training needs to continue exactly where it
 * stopped.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { AdamState, Key, SgdState, Tensor } from "../../mod.ts";
import { readArrays } from "../../lib/moving.ts";
import type { Config } from "../config/config.ts";
import { parseConfigText } from "../config/source.ts";
import { dataDifference, type DataDigest } from "../data/digest.ts";
import { UserError } from "../shell/errors.ts";
import { exists, readFile, writeFile } from "../shell/files.ts";
import type { Params } from "../models/model.ts";
import type { EchoRingState } from "../models/echo_ring.ts";
import { encodeSealed } from "../formats/seal.ts";
import { type Arrays, checkFinite, FORMAT, openCheckpoint, treeOfCheckpoint } from "./arrays.ts";

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

/** The arrays of a checkpoint, read from their device. */
export const arraysOf = ({ state, key }: Pick<Checkpoint, "state" | "key">): Promise<Arrays> =>
  readArrays({ state, key });

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
    format: String(FORMAT),
    epoch: String(epoch),
    config: JSON.stringify(config),
    data: JSON.stringify(data),
    history,
  };
  await writeFile(path, await encodeSealed({ tensors: arrays, metadata }));
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
  const { tensors, metadata } = await openCheckpoint(await readFile(path), path);
  checkConfig(config, metadata.config, path);
  const difference = dataDifference(JSON.parse(metadata.data), data);
  if (difference !== undefined) {
    throw new UserError(`${path} was trained on other data than ${config.dataset}: ${difference}`);
  }
  checkFinite(tensors, path);

  const loaded = treeOfCheckpoint(tensors, { state, key }, path);
  return { ...loaded, epoch: Number(metadata.epoch), config, data, history: metadata.history };
}

/**
 * The number of epochs that a checkpoint has finished; undefined if there is no such file.
 *
 * @throws {UserError} if the file is damaged
 */
export async function epochOf(path: string): Promise<number | undefined> {
  if (!await exists(path)) return undefined;
  return Number((await openCheckpoint(await readFile(path), path)).metadata.epoch);
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

/**
 * A run of the page as a run folder in a tar archive: config.json and checkpoint.safetensors, which
 * `deno task verify --run` and Python's safetensors read.
 *
 * @module
 */

import type { Key } from "./library.ts";
import { readArrays } from "../../lib/moving.ts";
import type { NamedArray } from "../../lib/safetensors.ts";
import type { DataDigest } from "../data/digest.ts";
import { encodeSealed } from "../formats/seal.ts";
import { tar } from "../formats/tar.ts";
import { CONFIGS } from "./model.ts";
import type { State } from "./learner.ts";
import type { Training } from "./messages.ts";

/** The arrays of a state and of the key of its run, by the names of the runner's checkpoints. */
export type Arrays = ReadonlyMap<string, NamedArray>;

/** Reads the arrays of a state from their device. */
export const arraysOf = (state: State, key: Key): Promise<Arrays> => readArrays({ state, key });

/** The config of a run, as the runner takes it. The schedules of the shipped configs are left out. */
export function configOf(
  { method, latent, seed, beta, learningRate }: Training,
  limit: number,
  epochs: number,
): Record<string, unknown> {
  const { $schema: _, ...shipped } = CONFIGS[method];
  return {
    ...shipped,
    dataset: "mnist_binarized",
    latent: { ...shipped.latent, size: latent },
    loss: [{ type: "reconstruction", weight: 1 }, { type: "rate", weight: beta }],
    learningRate: { type: "constant", rate: learningRate },
    betaSchedule: undefined,
    ...{ epochs, limit, seed },
  };
}

/** The digest of a history without epochs: the page keeps none. */
const NO_HISTORY = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";

/** The archive of a run, whose folder has this name. */
export async function runArchive(
  name: string,
  arrays: Arrays,
  config: Record<string, unknown>,
  data: DataDigest,
  epoch: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder();
  const bytes = await encodeSealed({
    tensors: arrays,
    metadata: {
      epoch: String(epoch),
      config: JSON.stringify(config),
      data: JSON.stringify(data),
      history: NO_HISTORY,
    },
  });
  return tar(
    new Map([
      [`${name}/config.json`, text.encode(JSON.stringify(config, null, 2) + "\n")],
      [`${name}/checkpoint.safetensors`, bytes],
    ]),
  );
}

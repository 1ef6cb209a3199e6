/**
 * The arrays of a checkpoint: reading them from the bytes of its file, and the tree that they are.
 *
 * @module
 */

import { treeOfArrays } from "../../lib/moving.ts";
import type { NamedArray } from "../formats/safetensors.ts";
import { openSealed } from "../formats/seal.ts";
import type { Params } from "../models/model.ts";
import { UserError } from "../shell/errors.ts";

/** The version of the format that this program writes. Files without one are of version 1. */
export const FORMAT = 2;

/** The arrays of a checkpoint, on the host, by name. */
export type Arrays = ReadonlyMap<string, NamedArray>;

/** What a checkpoint holds: arrays by name, and texts. */
export interface Opened {
  readonly tensors: Arrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the bytes of a checkpoint.
 *
 * @param source the name of the file, for messages
 * @throws {UserError} if they are damaged, or a newer version wrote them
 */
export async function openCheckpoint(bytes: Uint8Array, source: string): Promise<Opened> {
  const opened = await openSealed(bytes, source);
  const { format = "1" } = opened.metadata;
  if (Number(format) <= FORMAT) return opened;
  throw new UserError(
    `${source} has version ${format} of the format, but this program reads versions up to ` +
      `${FORMAT}: take a newer echograd`,
  );
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

/** Asserts that no array has a NaN or an infinity. */
export function checkFinite(arrays: Arrays, source: string): void {
  const broken = firstNotFinite(arrays);
  if (broken !== undefined) throw new UserError(`${source}: ${broken.name} holds ${broken.value}`);
}

/** The tree with the arrays of a checkpoint. */
export function treeOfCheckpoint<T>(arrays: Arrays, like: T, source: string): T {
  try {
    return treeOfArrays(arrays, like);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(
      `${source} has another architecture than the config: ${error.message}`,
    );
  }
}

/** How the names of parameters begin in a checkpoint. */
const PARAMS = "state.params.";

/** The arrays of the parameters in a checkpoint. */
export const paramArrays = (arrays: Arrays): Arrays =>
  new Map([...arrays].filter(([name]) => name.startsWith(PARAMS)));

/**
 * The parameters among the arrays of a checkpoint.
 *
 * @param like parameters of the same model, which are not computed
 * @param source the name of the file, for messages
 * @throws {UserError} if they belong to another model, or one has a NaN or an infinity
 */
export function paramsOf(arrays: Arrays, like: Params, source: string): Params {
  const own = paramArrays(arrays);
  checkFinite(own, source);
  return treeOfCheckpoint(own, { state: { params: like } }, source).state.params;
}

/**
 * The parameters of a trained model, without the rest of its checkpoint.
 *
 * @module
 */

import { readSealed } from "../formats/seal.ts";
import type { Params } from "../models/model.ts";
import { treeOfCheckpoint } from "./checkpoint.ts";

/**
 * Reads the parameters in a checkpoint.
 *
 * @param like parameters of the same model, which are not computed
 * @throws {UserError} if the file is missing or damaged, or belongs to another model
 */
export async function loadParams(path: string, like: Params): Promise<Params> {
  const { tensors } = await readSealed(path);
  const arrays = new Map([...tensors].filter(([name]) => name.startsWith("state.params.")));
  return treeOfCheckpoint(arrays, { state: { params: like } }, path).state.params;
}

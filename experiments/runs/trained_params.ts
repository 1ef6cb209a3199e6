/**
 * The parameters of a trained model, without the rest of its checkpoint.
 *
 * @module
 */

import type { Params } from "../models/model.ts";
import { readFile } from "../shell/files.ts";
import { openCheckpoint, paramsOf } from "./arrays.ts";

/**
 * Reads the parameters in a checkpoint.
 *
 * @param like parameters of the same model, which are not computed
 * @throws {UserError} if the file is missing or damaged, or belongs to another model
 */
export async function loadParams(path: string, like: Params): Promise<Params> {
  const { tensors } = await openCheckpoint(await readFile(path), path);
  return paramsOf(tensors, like, path);
}

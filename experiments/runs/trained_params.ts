/**
 * The parameters of a trained model, without the rest of its checkpoint.
 *
 * @module
 */

import { type Tensor, tensor, treeMap } from "../../mod.ts";
import { readSealed } from "../formats/seal.ts";
import type { Params } from "../models/model.ts";
import { UserError } from "../shell/errors.ts";
import { leafNames } from "./checkpoint.ts";

/**
 * Reads the parameters in a checkpoint.
 *
 * @param like parameters of the same model, which are not computed
 * @throws {UserError} if the file is missing or damaged, or belongs to another model
 */
export async function loadParams(path: string, like: Params): Promise<Params> {
  const { tensors } = await readSealed(path);
  const names = leafNames({ state: { params: like } }).values();
  return treeMap(({ shape, dtype }: Tensor) => {
    const name = names.next().value!;
    const found = tensors.get(name);
    if (found !== undefined && `${found.shape}` === `${shape}`) {
      return tensor(found.data, { shape, dtype });
    }
    const what = found === undefined ? "is missing" : `has the shape [${found.shape}]`;
    throw new UserError(
      `${path} has another architecture than the config: ${name} ${what}, but should have [${shape}]`,
    );
  }, like);
}

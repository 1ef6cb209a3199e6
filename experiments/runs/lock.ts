/**
 * Locks that die with their process: a file that one process alone holds, until it is done or killed.
 *
 * @module
 */

import { reason, UserError } from "../shell/errors.ts";

/**
 * Holds a file, which is made if missing, until the result is disposed of. The file stays: who removed it could take away
 * the lock of the next one.
 *
 * @param busy the sentence if it is held already, by this process or another
 * @throws {UserError} if it is held, or cannot be written or locked
 */
export async function holdFile(path: string, busy: string): Promise<Disposable> {
  let file: Deno.FsFile | undefined;
  try {
    file = await Deno.open(path, { write: true, create: true });
    if (await file.tryLock(true)) return file;
  } catch (error) {
    file?.close();
    throw new UserError(`cannot lock ${path}: ${reason(error)}`, { cause: error });
  }
  file.close();
  throw new UserError(busy);
}

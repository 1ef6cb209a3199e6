/**
 * File locks: one process at a time holds a file, until it releases the file or ends, killed or
 * not.
 *
 * @module
 */

import { reason, UserError } from "../shell/errors.ts";

/**
 * Locks a file until the result is disposed of; creates the file if missing. The file stays
 * afterwards: removing it could remove the file that the next process has just locked.
 *
 * @param busy the error message if this process or another already holds the file
 * @throws {UserError} if the file is held, or cannot be written or locked
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

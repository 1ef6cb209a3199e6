/**
 * Where a report may be written: never over the files of a run, nor over what no report has written.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { requireWritable } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { exists } from "../shell/files.ts";
import { folderAt } from "../runs/run_folder.ts";

/** A file to be written. */
export interface OutputFile {
  /** The flag that names it. */
  readonly flag: string;
  readonly path: string;
  /** How every file of its kind begins. */
  readonly start: string;
}

/** The names of the files of a run. */
const { path: _, ...runFiles } = folderAt("");
const RUN_NAMES = Object.values(runFiles);

/**
 * Does nothing where all of the files can be written, and nothing is lost by it but an earlier file of the same kind.
 *
 * @throws {UserError} if two are the same, or one is a file of a run, something of another kind, no regular file, or outside of
 * where this process may write
 */
export async function requireFree(files: readonly OutputFile[]): Promise<void> {
  for (const [i, { flag, path, start }] of files.entries()) {
    const other = files.slice(0, i).find((file) => resolve(file.path) === resolve(path));
    if (other !== undefined) throw new UserError(`${other.flag} and ${flag} are both ${path}`);
    if (RUN_NAMES.includes(basename(path))) {
      throw new UserError(`${flag} is ${path}, but ${basename(path)} is the name of a run's file`);
    }
    requireWritable(flag, path);
    if (!await exists(path)) continue;
    if (!(await Deno.stat(path)).isFile) throw new UserError(`${flag} is ${path}, no regular file`);
    const found = await startOf(path, start.length);
    if (found.trim() === "" || found === start) continue;
    throw new UserError(
      `${flag} is ${path}, which is there and was not written by deno task report: remove it, or choose another name`,
    );
  }
}

/** The first characters of a file; they are ASCII. */
async function startOf(path: string, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  using file = await Deno.open(path);
  const count = await file.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

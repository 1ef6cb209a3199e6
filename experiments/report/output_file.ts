/**
 * Which files a report may overwrite: those of an earlier report, but no file of a run and no other
 * file.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { requireWritable } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { exists } from "../shell/files.ts";
import { folderAt } from "../runs/run_folder.ts";

/** A file that a report will write. */
export interface OutputFile {
  /** The flag that names it. */
  readonly flag: string;
  readonly path: string;
  /** The first characters of every file of this kind. */
  readonly start: string;
}

/** The names of the files in a run folder. */
const { path: _, ...runFiles } = folderAt("");
const RUN_NAMES = Object.values(runFiles);

/**
 * Asserts that all files can be written, and that they replace nothing but earlier files of the
 * same kind.
 *
 * @throws {UserError} if two paths are equal, or a path has the name of a run's file, is a file of
 * another kind, is no regular file, or lies outside the folders that this process may write
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
    if (!(await Deno.stat(path)).isFile) {
      throw new UserError(`${flag} is ${path}, which is not a regular file`);
    }
    const found = await startOf(path, start.length);
    if (found.trim() === "" || found === start) continue;
    throw new UserError(
      `${flag} is ${path}, which exists and was not written by deno task report: remove it, or choose another name`,
    );
  }
}

/** The first characters of a file, read as ASCII. */
async function startOf(path: string, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  using file = await Deno.open(path);
  const count = await file.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

/**
 * Files: reading with clear error messages, writing a file whole or not at all, and the folder of
 * caches.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { reason, UserError } from "./errors.ts";

/** The ending of the name of a file that is being written. */
const TEMPORARY = ".tmp";

/**
 * Writes a file so that a reader, even after a crash, sees either the old content or the new one:
 * the bytes go to a temporary file in the same folder, are flushed to the disk, and then the file
 * is renamed.
 *
 * @throws {UserError} if the file cannot be written; the old content is then untouched
 */
export async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${Deno.pid}${TEMPORARY}`);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Appends bytes to a file, for readers that follow it.
 *
 * @throws {UserError} if it cannot be written; a part of the bytes may then be there
 */
export async function appendFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(path, bytes, { append: true });
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Removes the temporary files that killed processes left in a folder. No process may be writing
 * there.
 *
 * @throws {UserError} if one cannot be removed
 */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (name.startsWith(".") && name.endsWith(TEMPORARY)) await removeFile(join(folder, name));
  }
}

/**
 * Removes a file if it exists.
 *
 * @throws {UserError} if it cannot be removed
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new UserError(`cannot remove ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Reads a file.
 *
 * @throws {UserError} if it does not exist or cannot be read
 */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

/** Reads a file as UTF-8 text; throws as {@link readFile} does. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(path));
}

/** Whether a path leads to a file or a folder. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw new UserError(`cannot access ${path}: ${reason(error)}`, { cause: error });
  }
}

/** Whether a path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return await exists(path) && (await Deno.stat(path)).isDirectory;
}

/**
 * The names in a folder, sorted.
 *
 * @throws {UserError} if it cannot be read
 */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).sort();
  } catch (error) {
    throw new UserError(`cannot read ${folder}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Makes a folder, and the folders above it, if missing.
 *
 * @throws {UserError} if it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the folder ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * The folder for downloads: `echograd` in `$XDG_CACHE_HOME` or `~/.cache` (Linux),
 * `~/Library/Caches` (macOS) or `%LOCALAPPDATA%` (Windows).
 */
export function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? ".";
  switch (Deno.build.os) {
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? ".", "echograd");
    case "darwin":
      return join(home, "Library", "Caches", "echograd");
    default:
      return join(Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache"), "echograd");
  }
}

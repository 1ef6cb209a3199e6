/**
 * Files: read with a clear sentence, written whole or not at all, cached where the platform keeps caches.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { reason, UserError } from "./errors.ts";

/** How the names of files end that are being written. */
const TEMPORARY = ".tmp";

/**
 * Writes a file so that a reader (or a crash) sees either the old content or the new one: the bytes go to a temporary
 * file in the same folder, reach the disk, and then take the name.
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
 * Removes what writers that were killed left of their files in a folder; none may be at work there.
 *
 * @throws {UserError} if that cannot be done
 */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (name.startsWith(".") && name.endsWith(TEMPORARY)) await removeFile(join(folder, name));
  }
}

/**
 * Removes a file if it is there.
 *
 * @throws {UserError} if that cannot be done
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
 * Reads a whole file.
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

/** Reads a whole file as UTF-8 text; errors as for {@link readFile}. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(path));
}

/** Whether there is a file or folder of this name. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw new UserError(`cannot look at ${path}: ${reason(error)}`, { cause: error });
  }
}

/** Whether there is a folder of this name. */
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
 * Makes a folder, and those above it, if missing.
 *
 * @throws {UserError} if that cannot be done
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the folder ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * The folder where downloads are kept between runs: `$XDG_CACHE_HOME` or `~/.cache` (Linux), `~/Library/Caches` (macOS),
 * `%LOCALAPPDATA%` (Windows), and in it `echograd`.
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

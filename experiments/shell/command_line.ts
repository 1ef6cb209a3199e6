/**
 * Words of a command line: paths as the user means them, and words as a shell reads them.
 *
 * @module
 */

import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "./errors.ts";

/**
 * A path that the user gave. It is relative to the folder where they stand, which `deno task` keeps in INIT_CWD: it runs every
 * task in the folder of deno.json. So `data/x.npz` from the folder `sub` is `sub/data/x.npz`, as an absolute path; from the folder
 * of deno.json itself it stays as it is.
 */
export function userPath(path: string): string {
  return isElsewhere() && !isAbsolute(path) ? join(Deno.env.get("INIT_CWD")!, path) : path;
}

/**
 * A path of this project, such as `runs`: absolute where the user stands elsewhere, so that another process of ours, whose user
 * stands there too, reads it as this one does.
 */
export function projectPath(path: string): string {
  return isElsewhere() ? resolve(path) : path;
}

/** Whether the user stands outside the current folder. A process that may not ask has its paths from another process of ours. */
function isElsewhere(): boolean {
  const may = Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" });
  const place = may.state === "granted" ? Deno.env.get("INIT_CWD") : undefined;
  return place !== undefined && resolve(place) !== Deno.cwd();
}

/** A word that a POSIX shell reads as this text, quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\w.+,:@%/-][\w.+=,:@%/-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Does nothing where this process may write a path.
 *
 * @throws {UserError} if the permissions of its task end before it
 */
export function requireWritable(flag: string, path: string): void {
  if (Deno.permissions.querySync({ name: "write", path }).state === "granted") return;
  throw new UserError(
    `${flag} is ${path}, but this task may write in the folder of deno.json and in /tmp only`,
  );
}

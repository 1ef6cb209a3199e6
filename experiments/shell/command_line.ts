/**
 * Command lines: paths relative to the folder of the user, and quoting for a shell.
 *
 * @module
 */

import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "./errors.ts";

/**
 * A path from the command line, which is relative to the current folder of the user. `deno task`
 * runs every task in the folder of deno.json and keeps the user's folder in INIT_CWD. From the
 * folder `sub`, `data/x.npz` becomes the absolute path of `sub/data/x.npz`; from the folder of
 * deno.json it stays as it is.
 */
export function userPath(path: string): string {
  return isElsewhere() && !isAbsolute(path) ? join(Deno.env.get("INIT_CWD")!, path) : path;
}

/**
 * A path relative to the folder of deno.json, such as the default `runs`. It becomes absolute if
 * the user is in another folder, because a child process would otherwise read it as relative to
 * that folder.
 */
export function projectPath(path: string): string {
  return isElsewhere() ? resolve(path) : path;
}

/**
 * Whether the user is in another folder. A process without permission to ask is a child that got
 * absolute paths.
 */
function isElsewhere(): boolean {
  const may = Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" });
  const folder = may.state === "granted" ? Deno.env.get("INIT_CWD") : undefined;
  return folder !== undefined && resolve(folder) !== Deno.cwd();
}

/** A text as one word of a POSIX shell, quoted only if necessary. */
export function shellWord(text: string): string {
  return /^[\w.+,:@%/-][\w.+=,:@%/-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Checks that this process may write a path.
 *
 * @throws {UserError} if the permissions of the task do not allow it
 */
export const requireWritable = (flag: string, path: string): void =>
  requireAllowed("write", flag, path);

/** Checks that this process may read a path; throws as {@linkcode requireWritable} does. */
export const requireReadable = (flag: string, path: string): void =>
  requireAllowed("read", flag, path);

function requireAllowed(name: "read" | "write", flag: string, path: string): void {
  if (Deno.permissions.querySync({ name, path }).state === "granted") return;
  throw new UserError(
    `${flag} is ${path}, but this task may ${name} only in the folder of deno.json and in /tmp`,
  );
}

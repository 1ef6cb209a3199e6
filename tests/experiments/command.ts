/**
 * `deno task train` as a process.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const TRAIN = fileURLToPath(new URL("../../experiments/train.ts", import.meta.url));

/** Where a command is run. */
interface Place {
  /** Where the user stands; unless given, in the current folder. */
  folder?: string;
  /** A file that gets its standard output. */
  stdout?: string;
}

/** Starts `deno task train` with flags, in the way that the task does. */
export const start = (...flags: string[]): Deno.ChildProcess => startAt({}, flags);

function startAt({ folder = Deno.cwd(), stdout }: Place, flags: string[]): Deno.ChildProcess {
  const permissions = ["--allow-read", "--allow-write", "--allow-env"];
  const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check", ...permissions];
  const redirect = stdout === undefined ? [] : ["sh", "-c", `exec "$@" > "${stdout}"`, "sh"];
  const [program, ...args] = [...redirect, ...deno, TRAIN, ...flags];
  return new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1", INIT_CWD: folder },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a command came to. */
interface Result {
  code: number;
  out: string;
  err: string;
}

/** Runs `deno task train` to its end. */
export const run = (...flags: string[]): Promise<Result> => runAt({}, ...flags);

/** The same, somewhere. */
export async function runAt(place: Place, ...flags: string[]): Promise<Result> {
  const { code, stdout, stderr } = await startAt(place, flags).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/**
 * `deno task train` as a process.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const TRAIN = fileURLToPath(new URL("../../experiments/train.ts", import.meta.url));

/** Starts `deno task train` with flags, in the way that the task does. */
export function start(...flags: string[]): Deno.ChildProcess {
  const permissions = ["--allow-read", "--allow-write", "--allow-env"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", ...permissions, TRAIN, ...flags],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs `deno task train` to its end. */
export async function run(
  ...flags: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await start(...flags).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

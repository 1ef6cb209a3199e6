/**
 * Training in a process of its own: what one run leaves behind, or breaks, is none of the next one's.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import settings from "../../deno.json" with { type: "json" };
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";

/** The command of `deno task train`, with just its permissions. */
const [COMMAND, ...TASK_ARGS] = settings.tasks.train.command.split(" ");
const TRAIN = fileURLToPath(new URL("../train.ts", import.meta.url));

/**
 * Runs `deno task train` with these flags to its end, on this terminal.
 *
 * @throws {UserError} if it fails, in its own words
 */
export async function trainInProcess(flags: readonly string[]): Promise<void> {
  const child = new Deno.Command(COMMAND, {
    args: [...TASK_ARGS.slice(0, -1), TRAIN, ...flags],
    stdin: "null",
    stdout: "inherit",
    stderr: "piped",
  }).spawn();
  const complaints = await new Response(child.stderr).text();
  Deno.stderr.writeSync(new TextEncoder().encode(complaints));
  const { success, code, signal } = await child.status;
  if (success) return;
  const said = complaints.split("\n").findLast((line) => line.startsWith("error: "));
  throw new UserError(said?.slice("error: ".length) ?? `it ended with ${signal ?? `code ${code}`}`);
}

/** The first key that two configs disagree on. */
export function firstDifference(a: Config, b: Config): string | undefined {
  const keys = Object.keys({ ...a, ...b }) as (keyof Config)[];
  return keys.find((key) => !isDeepStrictEqual(a[key], b[key]));
}

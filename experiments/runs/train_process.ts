/**
 * Training in a process of its own: what one run leaves behind, or breaks, is none of the next one's.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import settings from "../../deno.json" with { type: "json" };
import { reason, UserError } from "../shell/errors.ts";
import { INTERRUPTED } from "../shell/interrupt.ts";
import { UNREAD, writeAll } from "../shell/program.ts";

/** The exit codes of a training that was stopped. */
const STOPPED: readonly number[] = [INTERRUPTED, UNREAD];

/** The command of `deno task train`, with just its permissions. */
const [COMMAND, ...TASK_ARGS] = settings.tasks.train.command.split(" ");
const TRAIN = fileURLToPath(new URL("../commands/train.ts", import.meta.url));

/** How a process is stopped, and where its words go. */
export interface ProcessOptions {
  /** Asks it to end with its last whole epoch. */
  stop: AbortSignal;
  /** Ends it at once. */
  kill: AbortSignal;
  /** A file that gets all its words, at its end; unless given, they go where this process's words go. */
  log?: string;
  /** Whether standard error gets all its words: standard output is for others. */
  quiet?: boolean;
}

/** `deno task train` with these flags: the program and its arguments. */
export function trainCommand(flags: readonly string[]): [program: string, ...args: string[]] {
  return [COMMAND, ...TASK_ARGS.slice(0, -1), TRAIN, ...flags];
}

/**
 * Runs `deno task train` with these flags to its end.
 *
 * @throws {UserError} if it fails, in its own words
 */
export async function trainInProcess(
  flags: readonly string[],
  { stop, kill, log, quiet = log !== undefined }: ProcessOptions,
): Promise<void> {
  const [program, ...args] = trainCommand(flags);
  using file = log === undefined ? undefined : await openLog(log);
  const child = new Deno.Command(program, {
    args,
    env: file === undefined ? {} : { NO_COLOR: "1" },
    stdin: "null",
    stdout: quiet ? "piped" : "inherit",
    stderr: "piped",
    detached: true, // a terminal's Ctrl-C is for this process alone, which hands it on
  }).spawn();
  let running = true;
  const ending = child.status.finally(() => running = false);
  const send = (signal: Deno.Signal) => () => running && child.kill(signal);
  const [interrupt, destroy] = [send("SIGINT"), send("SIGKILL")];
  stop.addEventListener("abort", interrupt);
  kill.addEventListener("abort", destroy);
  if (stop.aborted) interrupt();

  let complaints = "";
  const decoder = new TextDecoder();
  const copy = async (from: ReadableStream<Uint8Array>, hear: (chunk: Uint8Array) => void) => {
    for await (const chunk of from) {
      hear(chunk);
      writeAll(file ?? Deno.stderr, chunk);
    }
  };
  try {
    await Promise.all([
      quiet && copy(child.stdout, () => {}),
      copy(child.stderr, (chunk) => complaints += decoder.decode(chunk, { stream: true })),
    ]);
  } catch (error) {
    destroy();
    throw new UserError(`cannot write ${log}: ${reason(error)}`, { cause: error });
  } finally {
    await ending;
    stop.removeEventListener("abort", interrupt);
    kill.removeEventListener("abort", destroy);
  }
  const { success, code, signal } = await ending;
  if (success || stop.aborted && STOPPED.includes(code)) return;
  throw new UserError(
    signal === null
      ? complaint(complaints) ?? `it ended with code ${code}`
      : `it was ended by ${signal}`,
  );
}

/** What a program said was wrong, in the last line that says so. */
export function complaint(text: string): string | undefined {
  const lines = stripVTControlCharacters(text).split("\n");
  const line = lines.findLast((line) => line.startsWith(SAID));
  return line?.slice(SAID.length);
}

const SAID = "error: ";

async function openLog(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { append: true, create: true });
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

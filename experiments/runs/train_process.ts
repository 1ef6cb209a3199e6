/**
 * Training in a process of its own: a run that leaks memory or crashes does not affect the next
 * one.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import settings from "../../deno.json" with { type: "json" };
import { reason, UserError } from "../shell/errors.ts";
import { INTERRUPTED } from "../shell/interrupt.ts";
import { UNREAD, writeAll } from "../shell/program.ts";

/** The exit codes of a run that was stopped. */
const STOPPED: readonly number[] = [INTERRUPTED, UNREAD];

/** The command of `deno task train`, with its permissions. */
const [COMMAND, ...TASK_ARGS] = settings.tasks.train.command.split(" ");
const TRAIN = fileURLToPath(new URL("../commands/train.ts", import.meta.url));

/** How a process is stopped, and where its output goes. */
export interface ProcessOptions {
  /** Asks the process to end with its last whole epoch. */
  stop: AbortSignal;
  /** Ends the process at once. */
  kill: AbortSignal;
  /**
   * A file to which all output is appended; unless given, output goes where this process writes.
   */
  log?: string;
  /** Whether all output goes to standard error, so that standard output stays free for JSON. */
  quiet?: boolean;
}

/** The program and the arguments of `deno task train` with these flags. */
export function trainCommand(flags: readonly string[]): [program: string, ...args: string[]] {
  return [COMMAND, ...TASK_ARGS.slice(0, -1), TRAIN, ...flags];
}

/**
 * Runs `deno task train` with these flags to its end.
 *
 * @throws {UserError} if the run fails, with its error message
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
    detached: true, // otherwise Ctrl-C in a terminal would reach the child directly, besides `stop`
  }).spawn();
  let running = true;
  const ending = child.status.finally(() => running = false);
  const send = (signal: Deno.Signal) => () => running && child.kill(signal);
  const [interrupt, destroy] = [send("SIGINT"), send("SIGKILL")];
  stop.addEventListener("abort", interrupt);
  kill.addEventListener("abort", destroy);
  if (stop.aborted) interrupt();

  let errors = "";
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
      copy(child.stderr, (chunk) => errors += decoder.decode(chunk, { stream: true })),
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
      ? errorMessage(errors) ?? `the process exited with code ${code} without an error message`
      : `the process was ended by ${signal}`,
  );
}

/**
 * The message of the last line of an output that begins with `error: `; undefined if there is none.
 */
export function errorMessage(text: string): string | undefined {
  const lines = stripVTControlCharacters(text).split("\n");
  const line = lines.findLast((line) => line.startsWith(ERROR));
  return line?.slice(ERROR.length);
}

const ERROR = "error: ";

async function openLog(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { append: true, create: true });
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

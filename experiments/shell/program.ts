/**
 * A command as a program: its standard output and standard error, its error messages and its exit
 * code.
 *
 * @module
 */

import { reason, UserError } from "./errors.ts";

/**
 * The exit code if nobody reads the output any more, by the convention of shells (128 + SIGPIPE).
 */
export const UNREAD = 141;

/** The reader of the output has ended, such as `head` after its last line. */
class Unread extends Error {}

let whenUnread = (): void => {
  throw new Unread();
};

/**
 * Sets the reaction to an output that nobody reads any more; by default the program ends without a
 * message.
 */
export function onUnread(act: () => void): void {
  whenUnread = act;
}

/** A stream to which bytes can be written. */
export interface Sink {
  /** Writes some of the bytes, and returns their number. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes all bytes. A closed pipe is not an error here: {@linkcode onUnread} sets the reaction.
 *
 * @throws any other error of the system, such as a full disk
 */
export function writeAll(sink: Sink, bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.length;) done += sink.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    whenUnread();
  }
}

/**
 * Writes a text on standard output or standard error.
 *
 * @throws {UserError} if standard output cannot be written, as on a full disk; a failure of
 *   standard error is ignored, since it could not be reported
 */
export function write(text: string, stream: Sink = Deno.stdout): void {
  try {
    writeAll(stream, new TextEncoder().encode(text));
  } catch (error) {
    if (error instanceof Unread) throw error;
    if (stream === Deno.stderr) return;
    throw new UserError(`cannot write to standard output: ${reason(error)}`, { cause: error });
  }
}

/** Writes a line on standard output. */
export const print = (line: string): void => write(line + "\n");

/** Writes a line on standard error. */
export const tell = (line: string): void => write(line + "\n", Deno.stderr);

/**
 * Runs a command as the program of this process.
 *
 * @param command gets the command-line arguments
 */
export async function main(command: Command): Promise<void> {
  const code = await exitCodeOf(command, Deno.args);
  if (code !== 0) Deno.exit(code);
}

/** A command, which gets its command-line arguments. */
export type Command = (args: string[]) => Promise<void>;

/**
 * Runs a command, and returns its exit code: 0, or that of its error. This is the only place that
 * turns an error into an exit code.
 */
export async function exitCodeOf(command: Command, args: string[]): Promise<number> {
  try {
    await command(args);
    return 0;
  } catch (error) {
    if (error instanceof Unread) return UNREAD;
    if (!(error instanceof UserError)) throw error;
    onUnread(() => {});
    tell(`error: ${error.message}`);
    return 1;
  }
}

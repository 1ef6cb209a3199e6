/**
 * A command as a program: what it says on standard output and standard error, how it answers mistakes, and its exit code.
 *
 * @module
 */

import { reason, UserError } from "./errors.ts";

/** The exit code of a program whose output nobody reads any more, by the convention of shells (128 + SIGPIPE). */
export const UNREAD = 141;

/** The reader of the output has gone, such as `head` after its last line. */
class Unread extends Error {}

let whenUnread = (): void => {
  throw new Unread();
};

/** Sets what is done once nobody reads the output any more; unless set, the program ends quietly. */
export function onUnread(act: () => void): void {
  whenUnread = act;
}

/** Where bytes can be written. */
export interface Sink {
  /** Writes some of the bytes, and says how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes all bytes. A closed pipe is no error: {@linkcode onUnread} says what is done then.
 *
 * @throws whatever else the system says, as on a full disk
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
 * @throws {UserError} if that cannot be done, as on a full disk; of standard error nobody could be told
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

/** Writes a line on standard output, as {@linkcode write} does. */
export const print = (line: string): void => write(line + "\n");

/** Writes a line on standard error, as {@linkcode write} does. */
export const tell = (line: string): void => write(line + "\n", Deno.stderr);

/**
 * Runs a command: the only place where the program turns an error into an exit code.
 *
 * @param command what to do with the command-line arguments
 */
export async function main(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(Deno.args);
  } catch (error) {
    if (error instanceof Unread) Deno.exit(UNREAD);
    if (!(error instanceof UserError)) throw error;
    onUnread(() => {});
    tell(`error: ${error.message}`);
    Deno.exit(1);
  }
}

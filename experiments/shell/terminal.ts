/**
 * The terminal: a line that stays, or a status that the next line replaces.
 *
 * @module
 */

import { type Sink, write } from "./program.ts";

/** Where progress is written, and how. */
export interface Terminal {
  /** Whether a line can be written over: not in a pipe or a file, and not where TERM is "dumb". */
  interactive: boolean;
  /** Whether colours are welcome. */
  color: boolean;
  /** Characters in a line. */
  columns: number;
  write(text: string): void;
}

/** This process's terminal, on stdout or stderr; the environment variable NO_COLOR turns colours off. */
export function standardTerminal(
  output: Sink & { isTerminal(): boolean } = Deno.stdout,
): Terminal {
  const interactive = output.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return {
    interactive,
    color: interactive && !Deno.env.get("NO_COLOR"),
    columns: interactive ? Deno.consoleSize().columns : Infinity,
    write: (text) => write(text, output),
  };
}

/** Shows what is being done, on a terminal, until the next line. */
export function showStatus(terminal: Terminal, text: string): void {
  if (!terminal.interactive) return;
  const line = text.slice(0, terminal.columns - 1);
  terminal.write(CLEAR + (terminal.color && line !== "" ? `\x1b[2m${line}\x1b[22m` : line));
}

/** Writes a line that stays, in place of the status. */
export function showLine(terminal: Terminal, line: string): void {
  terminal.write(`${terminal.interactive ? CLEAR : ""}${line}\n`);
}

/** Back to the start of the line, and all of it gone. */
const CLEAR = "\r\x1b[K";

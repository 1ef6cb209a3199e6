/**
 * The terminal: lines that stay, and a status line that the next line replaces.
 *
 * @module
 */

import { type Sink, write } from "./program.ts";

/** The output for progress. */
export interface Terminal {
  /** Whether a line can be overwritten: not in a pipe or a file, and not if TERM is "dumb". */
  interactive: boolean;
  /** Whether to use colours. */
  color: boolean;
  /** The number of characters in a line. */
  columns: number;
  write(text: string): void;
}

/**
 * The terminal of this process, on stdout or stderr; the environment variable NO_COLOR turns
 * colours off.
 */
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

/** Shows a status, on a terminal only, until the next line. */
export function showStatus(terminal: Terminal, text: string): void {
  if (!terminal.interactive) return;
  const line = text.slice(0, terminal.columns - 1);
  terminal.write(CLEAR + (terminal.color && line !== "" ? `\x1b[2m${line}\x1b[22m` : line));
}

/** Writes a line that stays instead of the status. */
export function showLine(terminal: Terminal, line: string): void {
  terminal.write(`${terminal.interactive ? CLEAR : ""}${line}\n`);
}

/** Moves to the start of the line and erases it. */
const CLEAR = "\r\x1b[K";

/**
 * A screen that is drawn again and again, until it is stopped.
 *
 * @module
 */

import type { Terminal } from "../shell/terminal.ts";

/** The second screen of a terminal, without a cursor, and back. */
const OPEN = "\x1b[?1049h\x1b[?25l", CLOSE = "\x1b[?25h\x1b[?1049l";
/** To the first line; erases the rest of the line, or of the screen. */
const HOME = "\x1b[H", ERASE_LINE = "\x1b[K", ERASE_SCREEN = "\x1b[J";

/** What to draw, and when. */
interface Live {
  /** The lines that now fill the screen. */
  draw(): Promise<string[]>;
  /** The number of lines that fit the screen. */
  rows(): number;
  /** The time between two drawings. */
  readonly seconds: number;
  /** Ends the drawing. */
  readonly signal: AbortSignal;
  /** Calls `again` whenever the window changes its size, until the result is disposed of. */
  onResize(again: () => void): Disposable;
}

/**
 * Draws on the second screen of a terminal, at once, then every few seconds and after each change
 * of its size. At the end the terminal is as before, and the last drawing is written below.
 */
export async function drawLive(
  terminal: Terminal,
  { draw, rows, seconds, signal, onResize }: Live,
): Promise<void> {
  terminal.write(OPEN);
  let lines: string[] = [];
  try {
    let wake = () => {};
    using _ = onResize(() => wake());
    signal.addEventListener("abort", () => wake());
    while (!signal.aborted) {
      lines = await draw();
      // Erased first: after a full line the cursor stands on its last character.
      terminal.write(HOME + lines.map((line) => ERASE_LINE + line).join("\r\n"));
      if (lines.length < rows()) terminal.write("\r\n" + ERASE_SCREEN);
      if (signal.aborted) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000 * seconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    terminal.write(CLOSE);
  }
  terminal.write(lines.map((line) => `${line}\n`).join(""));
}

/** Calls a function whenever the window changes its size; Windows does not say so. */
export function onWindowResize(again: () => void): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  Deno.addSignalListener("SIGWINCH", again);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGWINCH", again) };
}

/**
 * The progress of downloads: on a terminal a bar that grows, otherwise a line for each finished
 * file.
 *
 * @module
 */

import { basename } from "node:path";
import { showLine, showStatus, type Terminal } from "../shell/terminal.ts";

/** The number of characters of the bar. */
const BAR = 24;
/** The milliseconds between two updates. */
const UPDATE_EVERY = 100;

/** Shows the download of one file. */
export interface DownloadProgress {
  /** Bytes have arrived: their number so far, and the total if it is known. */
  step(done: number, total?: number): void;
  /** The download is complete. */
  done(): void;
  /** The download has failed. */
  failed(): void;
}

/** Shows the download of the file at a path. */
export function showDownload(terminal: Terminal, path: string): DownloadProgress {
  const name = basename(path);
  const began = performance.now();
  let [updated, first, size] = [-Infinity, 0, 0];
  return {
    step(done, total) {
      const now = performance.now();
      // Bytes of an earlier attempt do not count for the speed.
      if (updated === -Infinity) first = done;
      size = done;
      if (!terminal.interactive || now - updated < UPDATE_EVERY) return;
      updated = now;
      const speed = `${megabytes((done - first) / (now - began) * 1000)}/s`;
      const line = total === undefined
        ? `${name}  ${megabytes(done)}  ${speed}`
        : `${name}  ${bar(done / total)}  ${megabytes(done)} of ${megabytes(total)}  ${speed}`;
      showStatus(terminal, line);
    },
    done: () => showLine(terminal, `downloaded ${path} (${megabytes(size)})`),
    failed: () => showStatus(terminal, ""),
  };
}

function bar(fraction: number): string {
  const full = Math.round(BAR * fraction);
  return `[${"=".repeat(full)}${" ".repeat(BAR - full)}]`;
}

/** A number of bytes as a text such as `9.9 MB`. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

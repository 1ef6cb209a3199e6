/**
 * What a person sees while files are downloaded: on a terminal a bar that grows, else a line for each file that has come.
 *
 * @module
 */

import { basename } from "node:path";
import { showLine, showStatus, type Terminal } from "../shell/terminal.ts";

/** Characters of a bar. */
const BAR = 24;
/** Milliseconds between two looks. */
const LOOK_EVERY = 100;

/** Shows the download of one file. */
export interface DownloadProgress {
  /** So many bytes have come, of how many if that is known. */
  step(done: number, total?: number): void;
  /** All have come. */
  done(): void;
  /** No more will come. */
  failed(): void;
}

/** The progress of downloading the file of this path. */
export function showDownload(terminal: Terminal, path: string): DownloadProgress {
  const name = basename(path);
  const began = performance.now();
  let [looked, first, size] = [-Infinity, 0, 0];
  return {
    step(done, total) {
      const now = performance.now();
      // What an earlier try has brought did not take part in the speed.
      if (looked === -Infinity) first = done;
      size = done;
      if (!terminal.interactive || now - looked < LOOK_EVERY) return;
      looked = now;
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

/** Bytes in words: `9.9 MB`. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

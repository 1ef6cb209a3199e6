/**
 * Where a benchmark's findings go: tables for people, or a line of JSON for each record.
 *
 * @module
 */

import { print } from "./program.ts";
import { showStatus, standardTerminal } from "./terminal.ts";
import { type Column, tableText } from "./table.ts";

/** Shows what is found. */
export interface Output {
  /** A line of text, for people only. */
  say(text: string): void;
  /** A record that people read in a sentence. */
  record(record: object, text: string): void;
  /** Records that people read as the rows of a table. */
  table<Row extends object>(columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** What is being done, on a terminal, until the next word. */
  busy(what: string): void;
}

/** Standard output, and standard error for what is being done. */
export function standardOutput(json: boolean): Output {
  const terminal = standardTerminal(Deno.stderr);
  const busy = (what: string) => showStatus(terminal, what);
  const say = (text: string) => {
    busy("");
    print(text);
  };
  return json
    ? {
      say() {},
      record: (record) => say(JSON.stringify(record)),
      table: (_, rows) => rows.forEach((row) => say(JSON.stringify(row))),
      busy,
    }
    : {
      say,
      record: (_, text) => say(text),
      table: (columns, rows) => say(`\n${tableText(columns, rows)}\n`),
      busy,
    };
}

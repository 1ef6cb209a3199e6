/**
 * Where a benchmark's findings go: tables for people, or a line of JSON for each record.
 *
 * @module
 */

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
  const interactive = Deno.stderr.isTerminal();
  const busy = (what: string) => {
    if (interactive) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${what}`));
  };
  const print = (text: string) => {
    busy("");
    console.log(text);
  };
  return json
    ? {
      say() {},
      record: (record) => print(JSON.stringify(record)),
      table: (_, rows) => rows.forEach((row) => print(JSON.stringify(row))),
      busy,
    }
    : {
      say: print,
      record: (_, text) => print(text),
      table: (columns, rows) => print(`\n${tableText(columns, rows)}\n`),
      busy,
    };
}

/**
 * The output of a command: tables and sentences for people, or a line of JSON for each record.
 *
 * @module
 */

import { print } from "./program.ts";
import { showStatus, standardTerminal } from "./terminal.ts";
import { type Column, tableText } from "./table.ts";

/** Shows results. */
export interface Output {
  /** Shows a line of text; JSON output leaves it out. */
  say(text: string): void;
  /** Shows a record, for people as a text. */
  record(record: object, text: string): void;
  /** Shows records, for people as the rows of a table. */
  table<Row extends object>(columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** Shows the current activity on a terminal, until the next output. */
  busy(what: string): void;
}

/**
 * Output to standard output; the current activity goes to standard error.
 *
 * @param quiet whether to leave out the current activity, and the records shown for people
 */
export function standardOutput(json: boolean, quiet = false): Output {
  const terminal = standardTerminal(Deno.stderr);
  const busy = quiet ? () => {} : (what: string) => showStatus(terminal, what);
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
      record: (_, text) => quiet || say(text),
      table: (columns, rows) => say(`\n${tableText(columns, rows)}\n`),
      busy,
    };
}

/**
 * Reads comma-separated values (RFC 4180), the counterpart of {@linkcode csvText}.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

/** A table: the names of its columns, and its other lines. */
export interface CsvTable {
  readonly names: readonly string[];
  readonly rows: readonly CsvLine[];
}

/** A line after the first. */
export interface CsvLine {
  /** Its number in the file, counted from 1. */
  readonly number: number;
  readonly fields: readonly string[];
}

/** A field with the comma or the line break after it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/**
 * Reads a table. Empty lines are skipped, and spaces around a field without quotes are dropped.
 *
 * @param source the name of the file, for messages
 * @throws {UserError} if it is empty, a quote is left open, a name occurs twice, or a line has
 *   another number of fields than the first
 */
export function readCsv(text: string, source: string): CsvTable {
  const [head, ...rows] = linesOf(text.replace(/^\uFEFF/, ""), source);
  if (head === undefined) throw new UserError(`${source} is empty`);
  const { fields: names } = head;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`${source} has two columns named "${twice}"`);
  for (const { number, fields } of rows) {
    if (fields.length === names.length) continue;
    throw new UserError(
      `${source}, line ${number} has ${fields.length} fields, but the first line has ${names.length}`,
    );
  }
  return { names, rows };
}

function linesOf(text: string, source: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let fields: string[] = [], number = 1, next = 1;
  for (let at = 0; at < text.length;) {
    FIELD.lastIndex = at;
    const [whole, quoted, plain, end] = FIELD.exec(text) ?? [];
    if (whole === undefined) {
      throw new UserError(`${source}, line ${next} has a quotation mark in the wrong place`);
    }
    at += whole.length;
    next += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === "," && at < text.length) continue;
    if (end === ",") fields.push(""); // the file ends with a comma
    if (fields.length > 1 || fields[0] !== "") lines.push({ number, fields });
    fields = [];
    number = next;
  }
  return lines;
}

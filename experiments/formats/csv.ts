/**
 * Comma-separated values (RFC 4180).
 *
 * @module
 */

/** A row as text: a value for each name, empty where there is none. */
export type CsvRow = Readonly<Record<string, string | number | undefined>>;

/**
 * Rows under the names that any of them has, some of them first. A spreadsheet takes a text that begins with =, +, - or @ for
 * a formula, so a quotation mark is put before it; numbers stay as they are.
 */
export function csvText(rows: readonly CsvRow[], first: readonly string[] = []): string {
  const names = [...new Set([...first, ...rows.flatMap(Object.keys)])];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((line) => line.map(field).join(",") + "\r\n").join("");
}

function field(value: string | number | undefined): string {
  const isFormula = typeof value === "string" && /^\s*[=+@-]/.test(value);
  const text = isFormula ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

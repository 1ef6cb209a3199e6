/**
 * Comma-separated values (RFC 4180).
 *
 * @module
 */

/** A row: a value for each column name. A missing value becomes an empty field. */
export type CsvRow = Readonly<Record<string, string | number | undefined>>;

/**
 * The text of a CSV file, with a column for each name in any row; the names in `first` come first.
 * A spreadsheet would run a text that begins with =, +, - or @ as a formula, so an apostrophe is
 * put before it. Numbers stay as they are.
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

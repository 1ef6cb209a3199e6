/**
 * Tables that read well in a terminal and, being Markdown, in a README.
 *
 * @module
 */

/** A column: its title, and how a row's cell is written. Numbers stand to the right. */
export interface Column<Row> {
  readonly title: string;
  readonly left?: boolean;
  cell(row: Row): string;
}

/** A Markdown table of all rows, its columns aligned. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((c) => c.cell(row))),
  ];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((line) => line[i].length)));
  const pad = (text: string, i: number) =>
    columns[i].left ? text.padEnd(widths[i]) : text.padStart(widths[i]);
  const rule = columns.map(({ left }, i) =>
    left ? "-".repeat(widths[i]) : `${"-".repeat(widths[i] - 1)}:`
  );
  const [head, ...body] = cells.map((line) => line.map(pad));
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** A time in milliseconds with three digits, without its unit: 0.0123, 4.56, 1230. */
export function millis(ms: number): string {
  const digits = Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(ms))));
  return ms.toFixed(digits);
}

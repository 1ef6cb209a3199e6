/**
 * Tables of text with aligned columns. They are Markdown, so they can be pasted into a README.
 *
 * @module
 */

/**
 * A column: its title, and the text of its cell in a row. Cells are aligned to the right, or to the
 * left.
 */
export interface Column<Row> {
  readonly title: string;
  readonly left?: boolean;
  cell(row: Row): string;
}

/**
 * Pads each cell with spaces to the width of its column.
 *
 * @param isLeft whether a column is aligned to the left
 * @param least the least width of a column
 */
export function aligned(
  rows: readonly (readonly string[])[],
  isLeft: (column: number) => boolean,
  least = 0,
): string[][] {
  const widths = rows[0].map((_, i) =>
    rows.reduce((width, row) => Math.max(width, row[i].length), least)
  );
  return rows.map((row) =>
    row.map((cell, i) => isLeft(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  );
}

/** A Markdown table with aligned columns. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((c) => c.cell(row))),
  ];
  const isLeft = (i: number) => columns[i].left ?? false;
  const [head, ...body] = aligned(cells, isLeft, 3);
  const rule = head.map(({ length }, i) =>
    isLeft(i) ? "-".repeat(length) : `${"-".repeat(length - 1)}:`
  );
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** A time in milliseconds with three digits, without its unit: 0.0123, 4.56, 1230. */
export function millis(ms: number): string {
  const digits = Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(ms))));
  return ms.toFixed(digits);
}

/**
 * Tables of a page: a row has a name, and cells that some rows lack.
 *
 * @module
 */

import { type Content, type Markup, markup } from "./markup.ts";

/** A column of cells. */
export interface Column<Row> {
  readonly title: Content;
  /** Whether the cells are texts, which stand to the left; numbers stand to the right. */
  readonly isText?: boolean;
  /** What a row has here; a dash stands for nothing. */
  cell(row: Row): Content;
}

/** A table in a box in which it scrolls where it is wider than the page. The first column names the rows. */
export function tableMarkup<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  const [head, ...others] = columns;
  const kind = ({ isText }: Column<Row>) => isText ? "text" : "number";
  const line = (row: Row) =>
    markup`<tr><th scope="row">${head.cell(row)}</th>${
      others.map((column) => markup`<td class="${kind(column)}">${column.cell(row) ?? "–"}</td>`)
    }</tr>\n`;
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${
    columns.map((column) => markup`<th scope="col" class="${kind(column)}">${column.title}</th>`)
  }</tr></thead>
<tbody>
${rows.map(line)}</tbody>
</table></div>
`;
}

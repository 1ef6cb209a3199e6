/**
 * Tables of a page. The first cell of a row is its name; the other cells may be empty.
 *
 * @module
 */

import { type Content, type Markup, markup, trusted } from "./markup.ts";

/** A column of cells. */
export interface Column<Row> {
  readonly title: Content;
  /** Whether the cells are texts, which are aligned left; numbers are aligned right. */
  readonly isText?: boolean;
  /** The content of a row's cell; undefined is shown as a dash. */
  cell(row: Row): Content;
}

/**
 * A table that scrolls if it is wider than the page. The first column names the rows.
 *
 * @param isBest whether a row is marked
 */
export function tableMarkup<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  isBest: (row: Row) => boolean = () => false,
): Markup {
  const [head, ...others] = columns;
  const kind = ({ isText }: Column<Row>) => isText ? "text" : "number";
  const line = (row: Row) =>
    markup`<tr${isBest(row) ? trusted(' class="best"') : ""}><th scope="row">${
      head.cell(row)
    }</th>${
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

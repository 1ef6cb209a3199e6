/**
 * The table of a report: what each group of runs has come to.
 *
 * @module
 */

import { type Measured, measuredText } from "../laboratory/statistics/measured.ts";
import type { RunGroup } from "./group.ts";
import type { Content, Markup } from "./markup.ts";
import type { Summary } from "./summary.ts";
import { type Column, tableMarkup } from "./table.ts";

/** A group with its means. */
export interface SummaryRow extends Summary {
  readonly group: RunGroup;
}

/** The table, with the columns that all rows have and those that one of them has. */
export function summaryTable(rows: readonly SummaryRow[]): Markup {
  const some = (column: Column<SummaryRow>) =>
    rows.some((row) => column.cell(row) !== undefined) ? [column] : [];
  const terms = [...new Set(rows.flatMap((row) => [...row.terms.keys()]))];
  const columns: Column<SummaryRow>[] = [
    { title: "runs", isText: true, cell: nameOf },
    ...some({ title: "data set", isText: true, cell: datasetOf(rows) }),
    ...some({ title: "β", cell: ({ beta }) => beta }),
    { title: "seeds", cell: ({ seeds }) => seeds },
    { title: "rate", cell: ({ rate }) => text(rate) },
    { title: "distortion", cell: ({ distortion }) => text(distortion) },
    { title: "−ELBO", cell: ({ negativeElbo }) => text(negativeElbo) },
    ...terms.map((term): Column<SummaryRow> => ({
      title: term,
      cell: (row) => smallText(row.terms.get(term)),
    })),
    ...some({ title: "−log p(x) ≤", cell: ({ likelihood }) => text(likelihood?.nats) }),
    ...some({ title: "parameters", cell: ({ parameters }) => parameters?.toLocaleString("en") }),
    { title: "epochs", cell: ({ epochs }) => epochs },
    ...some({ title: "s/epoch", cell: (row) => row.secondsPerEpoch?.toPrecision(3) }),
  ];
  return tableMarkup("Means over seeds ± their standard errors, in nats per image", columns, rows);
}

const text = (measured: Measured | undefined, decimals?: number) =>
  measured && measuredText(measured, decimals);

/** With three significant digits, since a term may be tiny. */
const smallText = (measured: Measured | undefined) =>
  text(measured, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(measured?.value || 1)))));

/** The name, marked where the numbers are not of test images. */
function nameOf({ group, split }: SummaryRow): Content {
  return split === "test" ? group.name : `${group.name} †`;
}

/** The data set, where the rows are not all of one. */
function datasetOf(rows: readonly SummaryRow[]): (row: SummaryRow) => string | undefined {
  const names = new Set(rows.flatMap(({ group }) => group.config?.dataset ?? []));
  return ({ group }) => names.size > 1 ? group.config?.dataset : undefined;
}

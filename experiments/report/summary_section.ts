/**
 * The results of each group of runs, in a table.
 *
 * @module
 */

import { type Measured, measuredText } from "../laboratory/statistics/measured.ts";
import type { RunGroup } from "./group.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import type { Section, Shown } from "./section.ts";
import type { Summary } from "./summary.ts";
import { type Column, tableMarkup } from "./table.ts";

/** A group with its means. */
interface SummaryRow extends Summary {
  readonly group: RunGroup;
}

/** The means over the seeds of each group. */
export function summarySection(all: readonly Shown[]): Section {
  const rows = all.map(({ group, summary }) => ({ ...summary, group }));
  const isPart = rows.some(({ split }) => split === "validation");
  const content =
    markup`<p>Averages over the test images. Runs that differ only in their seed share a row.
For Echo the rate is the exact information; for all other latent layers it is an upper bound.</p>
${
      isPart
        ? markup`<p>† Not finished: averages over the validation images, after the last epoch.</p>`
        : ""
    }
${summaryTable(rows)}`;
  return { id: "summary", title: "Summary", content };
}

/** The table: columns that no row has a value for are left out. */
function summaryTable(rows: readonly SummaryRow[]): Markup {
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

/** At least three significant digits, since a term may be tiny. */
const smallText = (measured: Measured | undefined) =>
  text(measured, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(measured?.value || 1)))));

/** The name, with a † where the numbers are not of test images. */
function nameOf({ group, split }: SummaryRow): Content {
  return split === "test" ? group.name : `${group.name} †`;
}

/** The data set, if the rows have more than one. */
function datasetOf(rows: readonly SummaryRow[]): (row: SummaryRow) => string | undefined {
  const names = new Set(rows.flatMap(({ group }) => group.config?.dataset ?? []));
  return ({ group }) => names.size > 1 ? group.config?.dataset : undefined;
}

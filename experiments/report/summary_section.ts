/**
 * The results of each group of runs, in a table.
 *
 * @module
 */

import { type Measured, measuredText } from "../laboratory/statistics/measured.ts";
import { type CurveStyle, swatch } from "./curve_style.ts";
import type { RunGroup } from "./group.ts";
import { type Content, type Markup, markup, trusted } from "./markup.ts";
import { byDataSet, type Section, type Shown } from "./section.ts";
import type { Summary } from "./summary.ts";
import { type Column, tableMarkup } from "./table.ts";

/** A group with its means. */
interface SummaryRow extends Summary {
  readonly group: RunGroup;
  readonly style: CurveStyle;
  /** How far its −ELBO is above the lowest one on the same data set, if both are of test images. */
  readonly behind?: number;
}

/** The means over the seeds of each group, which are sorted by −ELBO. */
export function summarySection(all: readonly Shown[]): Section {
  const rows = byDataSet(all).flatMap(([_, shown]) =>
    shown.map(({ group, style, summary }) => {
      const isTested = summary.split === "test";
      const behind = isTested
        ? summary.negativeElbo.value - shown[0].summary.negativeElbo.value
        : undefined;
      return { ...summary, group, style, behind };
    })
  );
  const isPart = rows.some(({ split }) => split === "validation");
  const content =
    markup`<p>Averages over the test images, the lowest −ELBO first; Δ is the distance from it. Runs that differ only
in their seed share a row. For Echo the rate is the exact information; for all other latent layers it is an upper bound.</p>
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
    { title: "−ELBO", cell: ({ negativeElbo }) => text(negativeElbo) },
    ...rows.length > 1 ? [{ title: "Δ", cell: behindText }] : [],
    { title: "rate", cell: ({ rate }) => text(rate) },
    { title: "distortion", cell: ({ distortion }) => text(distortion) },
    ...terms.map((term): Column<SummaryRow> => ({
      title: term,
      cell: (row) => smallText(row.terms.get(term)),
    })),
    ...some({ title: "−log p(x) ≤", cell: ({ likelihood }) => text(likelihood?.nats) }),
    ...some({ title: "active dimensions", cell: (row) => text(row.activeUnits, 1) }),
    ...some({ title: "β", cell: ({ beta }) => beta }),
    { title: "seeds", cell: ({ seeds }) => seeds },
    ...some({ title: "parameters", cell: ({ parameters }) => parameters?.toLocaleString("en") }),
    { title: "epochs", cell: ({ epochs }) => epochs },
    ...some({ title: "s/epoch", cell: (row) => row.secondsPerEpoch?.toPrecision(3) }),
  ];
  const caption = "Means over seeds ± their standard errors, in nats per image";
  return tableMarkup(caption, columns, rows, ({ behind }) => rows.length > 1 && behind === 0);
}

const behindText = ({ behind }: SummaryRow): string | undefined =>
  behind === 0 ? "best" : behind?.toFixed(2);

const text = (measured: Measured | undefined, decimals?: number) =>
  measured && measuredText(measured, decimals);

/** At least three significant digits, since a term may be tiny. */
const smallText = (measured: Measured | undefined) =>
  text(measured, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(measured?.value || 1)))));

/** The name behind its shape, with a † where the numbers are not of test images. */
function nameOf({ group, style, split }: SummaryRow): Content {
  return [trusted(swatch(style)), split === "test" ? group.name : `${group.name} †`];
}

/** The data set, if the rows have more than one. */
function datasetOf(rows: readonly SummaryRow[]): (row: SummaryRow) => string | undefined {
  const names = new Set(rows.flatMap(({ group }) => group.config?.dataset ?? []));
  return ({ group }) => names.size > 1 ? group.config?.dataset : undefined;
}

/**
 * The parts of a report that are numbers: each says how it is to be read.
 *
 * @module
 */

import type { RunGroup } from "./group.ts";
import { lossPanels } from "./loss_panels.ts";
import { type Content, markup } from "./markup.ts";
import { ratePanels } from "./rate_panels.ts";
import type { Details } from "./read_run.ts";
import type { Summary } from "./summary.ts";
import { summaryTable } from "./summary_table.ts";

/** A group with what is shown of it. */
export interface Shown {
  readonly group: RunGroup;
  /** The name of its curve in the rate–distortion plane. */
  readonly curve: string;
  readonly summary: Summary;
  readonly details: Details;
}

/** A part of the page. */
export interface Section {
  /** By which the page links to it. */
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** The table of means. */
export function summarySection(all: readonly Shown[]): Section {
  const rows = all.map(({ group, summary }) => ({ ...summary, group }));
  const isPart = rows.some(({ split }) => split === "validation");
  const content =
    markup`<p>Averages over test images. Runs that differ in the seed alone are one row.
The rate is the information itself for Echo, and a bound on it for the others.</p>
${isPart ? markup`<p>† Not finished: of validation images, after the last epoch.</p>` : ""}
${summaryTable(rows)}`;
  return { id: "summary", title: "Summary", content };
}

/** The curves of the losses, by data set. */
export function lossSection(all: readonly Shown[]): Section | undefined {
  const some = all.filter(({ group }) => group.runs.some(({ history }) => history.length > 0));
  if (some.length === 0) return undefined;
  const content =
    markup`<p>By epoch, on one scale; the highest are cut off. The numbers are those of the last epoch.</p>
<ul class="keys">
<li><span class="key"></span>validation</li>
<li><span class="key dashed"></span>training, averaged over an epoch while the parameters moved</li>
<li><span class="key grey"></span>validation of the other runs</li>
</ul>
${
      byDataSet(some).map(([dataset, shown], i, { length }) => [
        length > 1 ? markup`<h3>${dataset}</h3>` : "",
        lossPanels(shown.map(({ group }) => group), `losses-${i}`),
      ])
    }`;
  return { id: "losses", title: "Losses", content };
}

/** Groups by their data sets, between which losses do not compare. */
export function byDataSet(all: readonly Shown[]): [dataset: string, Shown[]][] {
  return [...Map.groupBy(all, ({ group }) => group.config?.dataset ?? "unknown data set")];
}

/** The rates by dimension. */
export function rateSection(all: readonly Shown[]): Section | undefined {
  const known = all.flatMap(({ group: { name }, details: { rates } }) =>
    rates === undefined ? [] : [{ name, rates }]
  );
  if (known.length === 0) return undefined;
  const content =
    markup`<p>What each dimension of the code tells of a test image, the highest first. For Echo it is exact; for
Gaussian codes with the prior N(0, I) it is the divergence from N(0, 1); in both cases the sum is the rate. Elsewhere it is the
divergence from the Gaussian that fits all codes of the dimension best (of a flow’s input, if there is one), which bounds what the
dimension tells alone.</p>
<ul class="keys">
<li><span class="key"></span>these runs</li>
<li><span class="key grey"></span>the others</li>
</ul>
${ratePanels(known, "rates-of-others")}`;
  return { id: "dimensions", title: "Rates by dimension", content };
}

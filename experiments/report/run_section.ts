/**
 * A table of all runs, with the missing parts of each.
 *
 * @module
 */

import { dirname } from "node:path";
import { duration } from "../runs/progress.ts";
import type { RunGroup } from "./group.ts";
import { type Content, markup } from "./markup.ts";
import type { ReportRun } from "./read_run.ts";
import type { Section, Shown } from "./section.ts";
import { type Column, tableMarkup } from "./table.ts";

interface RunRow {
  readonly run: ReportRun;
  readonly group: RunGroup;
}

const COLUMNS: Column<RunRow>[] = [
  { title: "run", isText: true, cell: ({ run }) => run.name },
  { title: "row", isText: true, cell: ({ group }) => group.name },
  { title: "seed", cell: ({ run }) => run.config?.seed },
  {
    title: "epochs",
    cell: ({ run: { history, config } }) => epochsText(history.at(-1)?.epoch ?? 0, config?.epochs),
  },
  {
    title: "training",
    cell: ({ run: { history } }) =>
      duration(history.reduce((sum, { seconds }) => sum + seconds, 0)),
  },
  { title: "what is missing", isText: true, cell: missing },
  { title: "folder", isText: true, cell: ({ run }) => dirname(run.folder.path) },
];

const epochsText = (done: number, of?: number) => of === undefined ? done : `${done} of ${of}`;

function missing({ run, group }: RunRow): Content {
  const repeats = group.repeats.includes(run)
    ? [`another run of ${group.name} has the same seed, so this one is not counted`]
    : [];
  const all = [...run.problems, ...repeats];
  return all.length === 0 ? "nothing" : listMarkup(all);
}

const listMarkup = (texts: readonly string[]): Content =>
  markup`<ul>${texts.map((text) => markup`<li>${text}</li>`)}</ul>`;

/** A row for each run, and a list of the folders without a run. */
export function runSection(all: readonly Shown[], others: readonly string[]): Section {
  const rows = all.flatMap(({ group }) =>
    [...group.runs, ...group.repeats].map((run) => ({ run, group }))
  );
  const content =
    markup`<p><code>deno task train --resume --filename NAME</code> continues a run that is not finished, and makes the
missing files of a finished one; repeat <code>--importance</code> if the run had it.</p>
${tableMarkup("All runs", COLUMNS, rows)}
${others.length > 0 ? markup`<p>Folders without a run:</p>${listMarkup(others)}` : ""}`;
  return { id: "runs", title: "Runs", content };
}

/**
 * `deno task report`: makes one HTML file with the curves, tables and pictures of run folders.
 *
 * @module
 */

import { userPath } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { writeFile } from "../shell/files.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";
import { HISTORIES_START, historiesCsv } from "../report/histories.ts";
import { requireFree } from "../report/output_file.ts";
import { PAGE_START, reportPage } from "../report/page.ts";
import { readRuns } from "../report/read_run.ts";

const FLAGS = {
  out: {
    type: "path",
    value: "<file>",
    default: "report.html",
    help: "the HTML file; it needs no other file and no network",
  },
  csv: {
    type: "path",
    value: "<file>",
    help: "also write the histories as CSV, one row for each run and epoch (default: no CSV)",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task report [flags] <run folder> …

Make one HTML file with the curves, tables and pictures of runs.

  deno task report runs/* --out report.html --csv histories.csv`;

if (import.meta.main) await main(command);

/** Writes the page of some run folders. */
export async function command(args: string[]): Promise<void> {
  const { words, values: given } = parseWords(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  if (words.length === 0) {
    throw new UserError("no run folder is given; try: deno task report runs/*");
  }
  const page = { flag: "--out", path: given.out, start: PAGE_START };
  const csv = given.csv === undefined ? [] : [
    { flag: "--csv", path: given.csv, start: HISTORIES_START },
  ];
  await requireFree([page, ...csv]);

  const found = await readRuns(words.map(userPath));
  const { runs, others } = found;
  for (const other of others) print(`left out: ${other}`);
  const text = await reportPage(found);
  await writeFile(given.out, text);
  const count = `${runs.length} run${runs.length === 1 ? "" : "s"}`;
  print(`${given.out}: ${count}, ${(text.length / 1e6).toFixed(2)} MB`);
  if (given.csv === undefined) return;
  await writeFile(given.csv, historiesCsv(runs));
  print(`${given.csv}: their histories`);
}

/**
 * `deno task report`: makes one HTML file of run folders: curves, tables and pictures to look at and to keep.
 *
 * @module
 */

import { main, UserError } from "./errors.ts";
import { writeFile } from "./files.ts";
import { helpText, parseWords } from "./flags.ts";
import { historiesCsv } from "./report/csv.ts";
import { reportPage } from "./report/page.ts";
import { readRuns } from "./report/read_run.ts";

const FLAGS = {
  out: {
    type: "text",
    value: "<file>",
    default: "report.html",
    help: "the page: one HTML file that needs no other, and no network",
  },
  csv: {
    type: "text",
    value: "<file>",
    help: "write the histories too, a row for each run and epoch (default: not)",
  },
  help: { type: "boolean", help: "print this" },
} as const;

const USAGE = `deno task report [flags] <run folder> …

Example: deno task report runs/* --out report.html --csv histories.csv`;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const { words: paths, values: given } = parseWords(FLAGS, args);
  if (given.help) return console.log(helpText(USAGE, FLAGS));
  if (paths.length === 0) throw new UserError("no run folder is given: deno task report runs/*");

  const found = await readRuns(paths);
  const { runs, others } = found;
  for (const other of others) console.log(`left out: ${other}`);
  const page = await reportPage(found);
  await writeFile(given.out, page);
  const count = `${runs.length} run${runs.length === 1 ? "" : "s"}`;
  console.log(`${given.out}: ${count}, ${(page.length / 1e6).toFixed(2)} MB`);
  if (given.csv === undefined) return;
  await writeFile(given.csv, historiesCsv(runs));
  console.log(`${given.csv}: their histories`);
}

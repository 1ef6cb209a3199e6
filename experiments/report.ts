/**
 * `deno task report`: makes one HTML file of run folders: curves, tables and pictures to look at and to keep.
 *
 * @module
 */

import { main, UserError } from "./errors.ts";
import { exists, writeFile } from "./files.ts";
import { helpText, parseWords } from "./flags.ts";
import { historiesCsv } from "./report/csv.ts";
import { reportPage } from "./report/page.ts";
import { readRun, type ReportRun } from "./report/read_run.ts";

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

  const { runs, others } = await readRuns(paths);
  for (const other of others) console.log(`left out: ${other}`);
  const page = await reportPage(runs);
  await writeFile(given.out, page);
  console.log(`${given.out}: ${runs.length} runs, ${(page.length / 1e6).toFixed(2)} MB`);
  if (given.csv === undefined) return;
  await writeFile(given.csv, historiesCsv(runs));
  console.log(`${given.csv}: their histories`);
}

/**
 * The runs in folders, and why other folders hold none; files beside the folders are passed over.
 *
 * @throws {UserError} if a path does not exist, or there is no run at all
 */
async function readRuns(paths: string[]): Promise<{ runs: ReportRun[]; others: string[] }> {
  const runs: ReportRun[] = [];
  const others: string[] = [];
  for (const path of paths) {
    if (!await exists(path)) throw new UserError(`there is no run folder ${path}`);
    if (!(await Deno.stat(path)).isDirectory) continue;
    const run = await readRun(path);
    if (typeof run === "string") others.push(`${path}: ${run}`);
    else runs.push(run);
  }
  if (runs.length > 0) return { runs, others };
  throw new UserError(`there is no run in ${others.join(", nor in ") || paths.join(", ")}`);
}

/**
 * `deno task compare`: trains configs one after the other on the same images, and puts their
 * results into one table.
 *
 * @module
 */

import { join } from "node:path";
import { COMMON_FLAGS, SINGLE_RUN_FLAGS } from "../shell/common_flags.ts";
import { columnsOf, type ComparisonRow, meanRow, readComparisonRow } from "../compare/row.ts";
import { tableText } from "../shell/table.ts";
import { findConfigs, type NamedConfig, shippedNames, withChanges } from "../config/source.ts";
import { shortName } from "../data/datasets.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { UserError } from "../shell/errors.ts";
import { makeFolder, writeFile } from "../shell/files.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { flagsLeft } from "../outcome/job.ts";
import { boundProblem } from "../outcome/fitted_prior.ts";
import { main, print, tell } from "../shell/program.ts";
import { runFolder } from "../runs/run_folder.ts";
import { type ProcessOptions, trainInProcess } from "../runs/train_process.ts";

const FLAGS = {
  configs: {
    type: "text",
    value: "<a,b,…>",
    help: "config names in experiments/configs, or files (default: every config there)",
  },
  ...DATA_FLAGS,
  dataset: {
    ...DATA_FLAGS.dataset,
    default: "mnist_binarized",
    help: "a name from deno task data list, or an npz, npy, idx or mat file",
  },
  ...COMMON_FLAGS,
  ...SINGLE_RUN_FLAGS,
  seeds: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "train each config with the seeds 0, 1, … and show means (default: one seed)",
  },
  "runs-dir": {
    type: "path",
    value: "<folder>",
    default: "runs/compare",
    help: "the folder of all run folders; finished runs are skipped, others continued",
  },
  json: {
    type: "boolean",
    help: "print a JSON object for each config; all other lines go to stderr",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task compare [flags]

Train several configs one after the other, and print their test results in one table.

  deno task compare --configs echo,vae,vae_vamp --epochs 5`;

type Given = Values<typeof FLAGS>;

if (import.meta.main) await main(command);

/** Trains the configs, and writes their table. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const say = given.json ? tell : print;
  if (given.seed !== undefined && given.seeds !== undefined) {
    throw new UserError("--seed is one seed and --seeds is a number of them: give one of the two");
  }
  const list = given.configs ?? (await shippedNames()).join(",");
  const configs = (await findConfigs(list))
    .map(({ name, config }) => ({ name, config: withChanges(config, given) }));
  // The first Ctrl-C lets the current run stop after its last whole epoch; the second kills it.
  const killed = new AbortController();
  const stop = onInterrupt(() => killed.abort());

  const rows: ComparisonRow[] = [];
  for (const [i, { name, config }] of configs.entries()) {
    say(`\n## ${name} (${i + 1} of ${configs.length})`);
    const options = { stop, kill: killed.signal, quiet: given.json };
    const row = await rowOfSeeds({ name, config }, given, options, say);
    if (!stop.aborted && row.failure !== undefined) say(`failed: ${row.failure}`);
    // Checked here because a closed pipe, unlike a failure, ends the comparison.
    if (stop.aborted) break;
    if (given.json) print(JSON.stringify(row));
    rows.push(row);
    await save(rows, given);
  }
  const table = rows.length === 0 ? "" : `\n${tableText(columnsOf(rows), rows)}\n`;
  say(
    `${table}\n${
      stop.aborted ? "stopped; the same command continues" : pathOf(given, "{md,json}")
    }`,
  );
  if (stop.aborted) Deno.exit(stop.reason);

  const failed = rows.filter((row) => row.failure !== undefined).map(({ config }) => config);
  if (failed.length > 0) {
    throw new UserError(`${failed.length} of ${rows.length} configs failed: ${failed.join(", ")}`);
  }
}

/** The row of a config, over all its seeds. */
async function rowOfSeeds(
  { name, config }: NamedConfig,
  given: Given,
  options: ProcessOptions,
  say: (text: string) => void,
): Promise<ComparisonRow> {
  if (given.seeds === undefined) return await rowOf({ name, config }, given, options, say);
  const rows: ComparisonRow[] = [];
  for (let seed = 0; seed < given.seeds && !options.stop.aborted; seed++) {
    const named = { name, config: { ...config, seed } };
    rows.push(await rowOf(named, given, options, say, `_seed${seed}`));
  }
  return meanRow(name, rows);
}

/** Trains a config, unless its run is finished, and reads its row; a failure becomes a row too. */
async function rowOf(
  { name, config }: NamedConfig,
  given: Given,
  options: ProcessOptions,
  say: (text: string) => void,
  ending = "",
): Promise<ComparisonRow> {
  const { device, threads, "data-dir": dataDir } = given;
  const importance = boundProblem(config, "") === undefined ? given.importance : undefined;
  const means = { device, threads, "data-dir": dataDir, importance };
  try {
    const folder = runFolder(given["runs-dir"], `${name}_${shortName(config.dataset)}${ending}`);
    const flags = await flagsLeft({ folder, config }, means);
    if (flags === undefined) say(`already finished: ${folder.path}`);
    else await trainInProcess(given.quiet ? [...flags, "--quiet"] : flags, options);
    return await readComparisonRow(name, folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { config: name, failure: error.message };
  }
}

/** The path of the table. */
function pathOf(given: Given, extension: string): string {
  return join(given["runs-dir"], `comparison_${shortName(given.dataset)}.${extension}`);
}

/** Writes the table so far into the folder of the runs, as Markdown and as JSON. */
async function save(rows: readonly ComparisonRow[], given: Given): Promise<void> {
  await makeFolder(given["runs-dir"]);
  await writeFile(pathOf(given, "md"), tableText(columnsOf(rows), rows) + "\n");
  await writeFile(pathOf(given, "json"), JSON.stringify(rows, null, 2) + "\n");
}

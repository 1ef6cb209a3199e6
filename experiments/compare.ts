/**
 * `deno task compare`: trains one config after another on the same images and puts what comes out in one table.
 *
 * @module
 */

import { basename, join } from "node:path";
import { columnsOf, readRow, type Row } from "./compare/row.ts";
import { firstDifference, trainInProcess } from "./compare/training.ts";
import { tableText } from "./bench/table.ts";
import type { Config } from "./config.ts";
import { readTest } from "./conclusion.ts";
import { findConfig, type NamedConfig, withChanges } from "./config_source.ts";
import { shortName } from "./data/datasets.ts";
import { DATA_FLAGS } from "./data/flags.ts";
import { main, UserError } from "./errors.ts";
import { exists, makeFolder, writeFile } from "./files.ts";
import { helpText, parseFlags, type Values } from "./flags.ts";
import { openRun, type RunFolder, runFolder } from "./run_folder.ts";

/** Every method that Echo is compared with. */
const METHODS = [
  ...["echo", "echo_tanh64", "echo_linear", "vae", "info_vae", "vae_maf", "vae_vamp"],
  ...["iaf_prior", "iaf_prior_mmd", "iaf_maf", "iaf_vamp"],
];

const FLAGS = {
  configs: {
    type: "text",
    value: "<a,b,…>",
    default: METHODS.join(","),
    help: "names in experiments/configs, or files",
  },
  ...DATA_FLAGS,
  dataset: { ...DATA_FLAGS.dataset, default: "mnist_binarized" },
  epochs: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "passes over the training images (default: each config's, 20)",
  },
  beta: {
    type: "number",
    value: "<number>",
    min: 0,
    help: "what the weight of the rate is multiplied by (default: 1)",
  },
  limit: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "train on so many images only (default: all)",
  },
  seed: {
    type: "integer",
    value: "<number>",
    min: 0,
    max: 2 ** 32 - 1,
    help: "what every random choice follows from (default: each config's, 0)",
  },
  importance: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "bound likelihoods, where codes have a density, by so many of each image (default: not)",
  },
  "runs-dir": {
    type: "text",
    value: "<folder>",
    default: "runs/compare",
    help: "where run folders are: finished runs are skipped, others go on",
  },
  device: {
    type: "text",
    value: "<name>",
    default: "auto",
    allowed: ["auto", "cpu", "webgpu", "reference"],
    help: "auto takes a GPU if there is one, else the CPU",
  },
  help: { type: "boolean", help: "print this" },
} as const;

type Given = Values<typeof FLAGS>;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) {
    return console.log(
      helpText(
        "deno task compare [flags]\n\n  deno task compare --configs echo,vae,vae_vamp --epochs 5",
        FLAGS,
      ),
    );
  }
  const configs: NamedConfig[] = [];
  for (const text of given.configs.split(",")) {
    const { name, config } = await findConfig(text.trim());
    configs.push({ name, config: withChanges(config, given) });
  }
  // The first Ctrl-C stops the run that is under way, and no other is begun.
  let stopped = false;
  const stop = () => {
    stopped = true;
    Deno.removeSignalListener("SIGINT", stop);
  };
  Deno.addSignalListener("SIGINT", stop);

  const rows: Row[] = [];
  for (const [i, { name, config }] of configs.entries()) {
    console.log(`\n## ${name} (${i + 1} of ${configs.length})`);
    const row = await rowOf({ name, config }, given);
    if (stopped) break;
    if (row.failure !== undefined) console.log(`failed: ${row.failure}`);
    rows.push(row);
    await save(rows, given);
  }
  const table = rows.length === 0 ? "" : `\n${tableText(columnsOf(rows), rows)}\n`;
  console.log(
    `${table}\n${stopped ? "stopped; the same command goes on" : pathOf(given, "{md,json}")}`,
  );
  if (stopped) return;
  Deno.removeSignalListener("SIGINT", stop);

  const failed = rows.filter((row) => row.failure !== undefined).map(({ config }) => config);
  if (failed.length > 0) {
    throw new UserError(`${failed.length} of ${rows.length} configs failed: ${failed.join(", ")}`);
  }
}

/** Trains a config unless that was done before; one that fails is a row that says so. */
async function rowOf({ name, config }: NamedConfig, given: Given): Promise<Row> {
  try {
    const folder = runFolder(given["runs-dir"], `${name}_${shortName(config.dataset)}`);
    await finish(folder, config, given);
    return await readRow(name, folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { config: name, failure: error.message };
  }
}

/**
 * Sees to it that a run is finished.
 *
 * @throws {UserError} if that fails
 */
async function finish(folder: RunFolder, config: Config, given: Given): Promise<void> {
  const where = ["--filename", basename(folder.path), "--runs-dir", given["runs-dir"]];
  const flags = [...where, "--device", given.device];
  if (given["data-dir"] !== undefined) flags.push("--data-dir", given["data-dir"]);
  const importance = config.latent.type === "echo" ? undefined : given.importance;
  if (importance !== undefined) flags.push("--importance", String(importance));

  if (!await exists(folder.config)) {
    return await trainInProcess(["--config", JSON.stringify(config), ...flags]);
  }
  const other = firstDifference(await openRun(folder), config);
  if (other !== undefined) {
    throw new UserError(
      `${folder.path} holds a run whose ${other} differs: choose another --runs-dir`,
    );
  }
  if (!await isFinished(folder, importance)) return await trainInProcess(["--resume", ...flags]);
  console.log(`finished before: ${folder.path}`);
}

/** Whether all is there that a run is to come to. */
async function isFinished(folder: RunFolder, samples?: number): Promise<boolean> {
  if (!await exists(folder.test)) return false;
  return samples === undefined || (await readTest(folder.test)).likelihood?.samples === samples;
}

/** Where the table is kept. */
function pathOf(given: Given, extension: string): string {
  return join(given["runs-dir"], `comparison_${shortName(given.dataset)}.${extension}`);
}

/** Keeps the table so far in the folder of the runs, as Markdown and as JSON. */
async function save(rows: readonly Row[], given: Given): Promise<void> {
  await makeFolder(given["runs-dir"]);
  await writeFile(pathOf(given, "md"), tableText(columnsOf(rows), rows) + "\n");
  await writeFile(pathOf(given, "json"), JSON.stringify(rows, null, 2) + "\n");
}

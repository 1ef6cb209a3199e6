/**
 * `deno task mi-bench`: tests estimators of mutual information on Echo channels and other pairs with
 * exactly known information.
 *
 * @module
 */
import { basename } from "node:path";
import { UserError } from "../shell/errors.ts";
import { readText } from "../shell/files.ts";
import { standardOutput } from "../shell/output.ts";
import { requireReadable, requireWritable } from "../shell/command_line.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { chosen } from "../laboratory/estimators/choice.ts";
import { DESCRIPTION, taskRecord } from "../laboratory/estimators/description.ts";
import { ESTIMATORS } from "../laboratory/estimators/estimators.ts";
import { exportSamples } from "../laboratory/estimators/export.ts";
import { readEstimates, withOutside } from "../laboratory/estimators/outside.ts";
import { requireAll, show } from "../laboratory/estimators/report.ts";
import { bench, type EstimatorRow } from "../laboratory/estimators/run.ts";
import { allTasks } from "../laboratory/estimators/tasks.ts";
import { main, print } from "../shell/program.ts";

const FLAGS = {
  tasks: { type: "text", value: "<a,b,…>", help: "only these tasks (default: all, see --list)" },
  estimators: {
    type: "text",
    value: "<a,b,…>",
    help: `only these estimators, or none (default: ${
      ESTIMATORS.map(({ name }) => name).join(",")
    })`,
  },
  samples: {
    type: "integer",
    value: "<number>",
    default: 2000,
    min: 100,
    max: 100_000,
    help: "the number of pairs in each sample",
  },
  seeds: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    help: "the number of samples of each task, one a seed (default: 3, or 1 with --export)",
  },
  seed: {
    type: "integer",
    value: "<number>",
    default: 1,
    min: 1,
    max: 2 ** 31 - 1001,
    help: "the first seed",
  },
  steps: {
    type: "integer",
    value: "<number>",
    default: 500,
    min: 1,
    max: 1_000_000,
    help: "training steps of the critics nwj, flo, mine and smile",
  },
  estimates: {
    type: "path",
    value: "<file>",
    help: "a CSV file of other programs' estimates for the table: task, estimator, estimate",
  },
  list: { type: "boolean", help: "list the tasks and exit" },
  export: {
    type: "path",
    value: "<folder>",
    help: "write a sample of each task as an npz file, one for each seed, and exit",
  },
  json: { type: "boolean", help: "print one JSON object for each task" },
  out: {
    type: "path",
    value: "<folder>",
    default: "runs/mi-bench",
    help: "the folder for table.csv, table.json and mi_bench.svg",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task mi-bench [flags]

Test estimators of mutual information on tasks with exactly known information.

  deno task mi-bench --tasks gaussian-8d-2.0,cauchy-1d-1.0 --estimators ksg,infonce
  deno task mi-bench --estimators ksg,cca,entropies,densities     # seconds: no training
  deno task mi-bench --export samples --samples 10000
  deno task mi-bench --estimates mine.csv`;

if (import.meta.main) await main(command);

/** Tests the estimators. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  if (given.export === undefined) requireWritable("--out", given.out);
  else requireWritable("--export", given.export);
  if (given.estimates !== undefined) requireReadable("--estimates", given.estimates);
  const output = standardOutput(given.json);
  const tasks = chosen("tasks", given.tasks, allTasks());
  const estimators = given.estimators === "none"
    ? []
    : chosen("estimators", given.estimators, ESTIMATORS);
  const { samples, seed, steps } = given;
  const count = given.seeds ?? (given.export === undefined ? 3 : 1);
  const seeds = Array.from({ length: count }, (_, i) => seed + i);
  if (given.list) return output.table(DESCRIPTION, tasks.map(taskRecord));
  if (given.export !== undefined) {
    const paths = await exportSamples(tasks, { samples, seeds }, given.export, output.busy);
    for (const path of paths) output.record({ path }, path);
    return;
  }
  const outside = given.estimates === undefined
    ? undefined
    : readEstimates(await readText(given.estimates), basename(given.estimates), allTasks());
  if (estimators.length === 0 && outside === undefined) {
    throw new UserError("--estimators is none, so --estimates must name a file");
  }
  const rows: EstimatorRow[] = [];
  const plan = { tasks, estimators, samples, seeds, steps };
  for await (const row of bench(plan, output.busy)) {
    rows.push(outside === undefined ? row : withOutside(row, outside));
  }
  const source = `${samples.toLocaleString("en")} pairs, ` +
    (seeds.length === 1 ? `seed ${seed}` : `seeds ${seed} to ${seeds.at(-1)}`) +
    `, ${steps} training steps of a critic` +
    (outside === undefined ? "" : `; ${outside.names.join(", ")} from ${outside.source}`);
  const shown = [...estimators, ...outside?.names.map((name) => ({ name })) ?? []];
  await show({ rows, estimators: shown, samples, source }, given.out, output);
  requireAll(rows);
}

/**
 * Measures the workloads in this library and its peers.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { suggest } from "../shell/nearest.ts";
import type { Column } from "../shell/table.ts";
import { FIRST_STEP_COLUMN, RATIO_COLUMN, RSS_COLUMN, TIME_COLUMNS } from "./columns.ts";
import { ownProgram, type Program, startContestant } from "./contestant.ts";
import type { Runner } from "./network_race.ts";
import type { WorkloadOrder } from "./protocol.ts";
import { type Length, race } from "./race.ts";
import { type Measurements, measurements, type Ratios, ratiosOf } from "./records.ts";
import { type Workload, WORKLOADS, writeWorkloadFixture } from "./workloads.ts";

/** A step of a workload. */
export interface WorkloadRecord extends Measurements, Ratios {
  readonly name: "workload-step";
  readonly workload: string;
  readonly library: string;
  readonly device: string;
}

/** The program of this library. */
export const OUR_WORKLOAD_STEP: Program = ownProgram("workload_step.ts", ["--allow-read"]);

/**
 * The workloads of a list such as `mlp,gru`, or all.
 *
 * @throws {UserError} where one has no such name.
 */
export function findWorkloads(
  list: string = WORKLOADS.map(({ name }) => name).join(),
): Workload[] {
  if (list === "none") return [];
  return list.split(",").map((name) => {
    const found = WORKLOADS.find((workload) => workload.name === name);
    if (found !== undefined) return found;
    const hint = suggest(name, WORKLOADS.map((workload) => workload.name));
    throw new UserError(`there is no workload "${name}"${hint}`);
  });
}

/** Times a workload by runners, which take turns; ratios are those to the first. */
export async function raceWorkload(
  workload: Workload,
  runners: readonly Runner[],
  length: Length,
): Promise<WorkloadRecord[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "echograd_bench_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await writeWorkloadFixture(folder, workload);
  const contestants = [];
  for (const { program, device, threads } of runners) {
    const order: WorkloadOrder = { workload, folder, device, threads };
    contestants.push(stack.use(await startContestant(program, order)));
  }
  const results = await race(contestants, length);
  return results.map((result, i) => ({
    name: "workload-step",
    workload: workload.name,
    library: runners[i].name,
    device: runners[i].device,
    ...measurements(result),
    ...ratiosOf(result, results[0]),
  }));
}

/** The columns of a table of workloads. */
export const WORKLOAD_COLUMNS: Column<WorkloadRecord>[] = [
  { title: "workload", left: true, cell: ({ workload }) => workload },
  { title: "library", left: true, cell: ({ library }) => library },
  ...TIME_COLUMNS,
  RATIO_COLUMN,
  FIRST_STEP_COLUMN,
  RSS_COLUMN,
  {
    title: "value at steps 1 → 10",
    cell: (row) => `${row.loss_1.toFixed(4)} → ${row.loss_10.toFixed(4)}`,
  },
];

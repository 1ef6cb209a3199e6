/**
 * Measures the training steps of the convolutional networks, in this library and its peers.
 *
 * @module
 */

import { join } from "node:path";
import { UserError } from "../shell/errors.ts";
import { makeFolder } from "../shell/files.ts";
import { suggest } from "../shell/nearest.ts";
import type { Column } from "../shell/table.ts";
import { FIRST_STEP_COLUMN, RATIO_COLUMN, RSS_COLUMN, TIME_COLUMNS } from "./columns.ts";
import { ownProgram, type Program, startContestant } from "./contestant.ts";
import { writeNetworkFixture } from "./network_fixture.ts";
import { type Network, networkFlops, NETWORKS, parametersOf } from "./networks.ts";
import type { NetworkOrder } from "./protocol.ts";
import { type Length, race } from "./race.ts";
import { gflops, type Measurements, measurements, type Ratios, ratiosOf } from "./records.ts";

/** A training step of a convolutional network. */
export interface NetworkRecord extends Measurements, Ratios {
  readonly name: "network-step";
  readonly network: string;
  readonly library: string;
  readonly device: string;
  readonly batch: number;
  readonly parameters: number;
  readonly gflops: number;
}

/** A library with the program of its training step. */
export interface Runner {
  readonly name: string;
  readonly program: Program;
  readonly device: string;
  readonly threads?: number;
}

/** The program of this library. */
export const OUR_NETWORK_STEP: Program = ownProgram("network_step.ts", ["--allow-read"]);

/**
 * The networks of a list such as `small,dsprites`, or all.
 *
 * @throws {UserError} where one has no such name.
 */
export function findNetworks(list: string = NETWORKS.map(({ name }) => name).join()): Network[] {
  if (list === "none") return [];
  return list.split(",").map((name) => {
    const found = NETWORKS.find((network) => network.name === name);
    if (found !== undefined) return found;
    const hint = suggest(name, NETWORKS.map((network) => network.name));
    throw new UserError(`there is no network "${name}"${hint}`);
  });
}

/** Times the step of a network by runners, which take turns; ratios are those to the first. */
export async function raceNetwork(
  network: Network,
  runners: readonly Runner[],
  length: Length,
  batch: number,
): Promise<NetworkRecord[]> {
  await using stack = new AsyncDisposableStack();
  const root = await Deno.makeTempDir({ prefix: "echograd_bench_" });
  stack.defer(() => Deno.remove(root, { recursive: true }));
  const folder = join(root, network.name);
  await makeFolder(folder);
  await writeNetworkFixture(folder, network, batch);
  const contestants = [];
  for (const { program, device, threads } of runners) {
    const order: NetworkOrder = { network, batch, folder, device, threads };
    contestants.push(stack.use(await startContestant(program, order)));
  }
  const results = await race(contestants, length);
  return results.map((result, i) => ({
    name: "network-step",
    network: network.name,
    library: runners[i].name,
    device: runners[i].device,
    batch,
    parameters: parametersOf(network),
    gflops: gflops(networkFlops(network, batch), result.steps.median),
    ...measurements(result),
    ...ratiosOf(result, results[0]),
  }));
}

/** The columns of a table of networks. */
export const NETWORK_COLUMNS: Column<NetworkRecord>[] = [
  { title: "network", left: true, cell: ({ network }) => network },
  { title: "library", left: true, cell: ({ library }) => library },
  { title: "parameters", cell: (row) => row.parameters.toLocaleString("en") },
  ...TIME_COLUMNS,
  { title: "GFLOP/s", cell: (row) => row.gflops.toFixed(1) },
  RATIO_COLUMN,
  FIRST_STEP_COLUMN,
  RSS_COLUMN,
  {
    title: "loss at steps 1 → 10",
    cell: (row) => `${row.loss_1.toFixed(3)} → ${row.loss_10.toFixed(3)}`,
  },
];

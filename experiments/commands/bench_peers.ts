/**
 * `deno task bench:peers`: compares this library with others on the same training step.
 *
 * @module
 */

import { join } from "node:path";
import { openDevice } from "../../mod.ts";
import { reason } from "../shell/errors.ts";
import { makeFolder, writeFile } from "../shell/files.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";
import { PEER_COLUMNS } from "../bench/columns.ts";
import { type Contestant, startContestant } from "../bench/contestant.ts";
import { type Fixtures, openFixtures } from "../bench/fixtures.ts";
import { machineText, thisMachine } from "../bench/machine.ts";
import { OUR_STEP, OURS } from "../bench/measure.ts";
import {
  findNetworks,
  NETWORK_COLUMNS,
  OUR_NETWORK_STEP,
  raceNetwork,
} from "../bench/network_race.ts";
import { COMMON_FLAGS, NETWORK_BATCH, NETWORKS_FLAG, WORKLOADS_FLAG } from "../bench/options.ts";
import {
  findWorkloads,
  OUR_WORKLOAD_STEP,
  raceWorkload,
  WORKLOAD_COLUMNS,
} from "../bench/workload_race.ts";
import { type Output, standardOutput } from "../shell/output.ts";
import { findPeers, type Peer } from "../bench/peers.ts";
import { peersChart } from "../bench/peers_chart.ts";
import { type Length, race } from "../bench/race.ts";
import { type PeerRecord, peerRecord } from "../bench/records.ts";
import { MODEL_NAMES, type StepTask, taskName } from "../bench/task.ts";

const FLAGS = {
  batch: {
    type: "integer",
    value: "<number>",
    min: 2,
    help: "only this batch (default: 100, 1000)",
  },
  hidden: {
    type: "integer",
    value: "<number>",
    min: 1,
    default: 200,
    help: "the width of the hidden layers",
  },
  model: {
    type: "text",
    value: "<name>",
    allowed: ["vae", "echo", "none"],
    help: "only this model, or none (default: vae and echo)",
  },
  only: { type: "text", value: "<text>", help: "only peers whose name contains this text" },
  networks: NETWORKS_FLAG,
  workloads: WORKLOADS_FLAG,
  ...COMMON_FLAGS,
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task bench:peers [flags]

Compare this library with others on the same training step.

  deno task bench:peers --batch 100`;

type Given = Values<typeof FLAGS>;

if (import.meta.main) await main(command);

/** Measures this library and its peers. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const networks = findNetworks(given.networks);
  const workloads = findWorkloads(given.workloads);
  const output = standardOutput(given.json);
  const machine = thisMachine();
  const device = await openDevice("cpu");
  output.record(machine, `${machineText(machine)}\n${OURS}: ${device.description}`);
  device.close();

  const { peers, missing } = await findPeers();
  const text = given.only?.toLowerCase() ?? "";
  const wanted = peers.filter(({ name }) => name.toLowerCase().includes(text));
  const here = [...ourselves(), ...wanted];
  for (const { name, reason } of missing) skip(output, name, reason);

  await using fixtures = await openFixtures();
  const records: PeerRecord[] = [];
  for (const task of tasksFor(given)) {
    records.push(...await compare(task, here, fixtures, given, output));
  }

  const runnersOf = (kind: "network" | "workload") =>
    here.flatMap((peer) => peer[kind] ? { ...peer, program: peer[kind] } : []);
  for (const network of networks) {
    output.say(`\n## network ${network.name}`);
    const batch = given.batch ?? NETWORK_BATCH;
    output.table(NETWORK_COLUMNS, await raceNetwork(network, runnersOf("network"), given, batch));
  }
  for (const workload of workloads) {
    output.say(`\n## ${workload.name}: ${workload.about}`);
    output.table(WORKLOAD_COLUMNS, await raceWorkload(workload, runnersOf("workload"), given));
  }

  if (given.json || records.length === 0) return;
  const path = join(given.out, "peers.svg");
  await makeFolder(given.out);
  await writeFile(path, peersChart(records, OURS, machineText(machine)));
  output.say(`chart: ${path}`);
}

/** This library with all cores, the reference of the comparison, and with one thread. */
function ourselves(): Peer[] {
  const ours: Peer = {
    name: OURS,
    program: OUR_STEP,
    device: "cpu",
    models: ["vae", "echo"],
    network: OUR_NETWORK_STEP,
    workload: OUR_WORKLOAD_STEP,
  };
  const alone = { ...ours, name: `${OURS}, 1 thread`, threads: 1 };
  return navigator.hardwareConcurrency > 1 ? [ours, alone] : [ours];
}

function tasksFor({ batch, hidden, model }: Given): StepTask[] {
  const batches = batch ? [batch] : [100, 1000];
  if (model === "none") return [];
  const models = model ? [model] : ["vae", "echo"] as const;
  return models.flatMap((model) => batches.map((batch) => ({ model, batch, hidden })));
}

/**
 * Times one task in all libraries that implement it, which take turns. The first is this library.
 */
async function compare(
  task: StepTask,
  peers: readonly Peer[],
  fixtures: Fixtures,
  length: Length,
  output: Output,
): Promise<PeerRecord[]> {
  output.say(`\n## ${taskName(task)}`);
  await using stack = new AsyncDisposableStack();
  const started: { peer: Peer; contestant: Contestant }[] = [];
  const folder = await fixtures.of(task);
  for (const peer of peers) {
    const { name, program, device, threads, models } = peer;
    if (!models.includes(task.model)) {
      skip(output, name, `its program has no ${MODEL_NAMES[task.model]} step`);
      continue;
    }
    output.busy(`starting ${name}`);
    try {
      const contestant = await startContestant(program, { ...task, folder, device, threads });
      started.push({ peer, contestant: stack.use(contestant) });
    } catch (error) {
      if (name === OURS) throw error;
      skip(output, name, reason(error));
    }
  }
  output.busy(`${started.length} contestants, which take turns`);
  const results = await race(started.map(({ contestant }) => contestant), length);
  const records = results.map((result, i) => {
    const { name, device } = started[i].peer;
    return peerRecord(name, { ...task, device }, result, results[0]);
  });
  output.table(PEER_COLUMNS, records);
  return records;
}

/** Reports why a library is missing from a table. */
function skip(output: Output, library: string, why: string): void {
  output.record({ name: "skipped", library, reason: why }, `without ${library}: ${why}`);
}

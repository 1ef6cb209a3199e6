/**
 * `deno task bench`: measures the speed of this library on the devices of this machine.
 *
 * @module
 */

import { join } from "node:path";
import { DEVICE_NAMES } from "../../kernels/open.ts";
import { type DeviceName, openDevice } from "../../mod.ts";
import { findAdapter } from "../../kernels/webgpu/device.ts";
import { STEP_COLUMNS } from "../bench/columns.ts";
import { CONFIG_COLUMNS, type ConfigRecord, measureConfig } from "../bench/configs.ts";
import { openFixtures } from "../bench/fixtures.ts";
import { echoCosts, echoCostText, growth, growthText } from "../bench/comparison.ts";
import { growthChart } from "../bench/growth_chart.ts";
import { machineText, thisMachine } from "../bench/machine.ts";
import {
  measureMatmul,
  measureMemory,
  measureStarts,
  measureSteps,
  OURS,
  type Target,
} from "../bench/measure.ts";
import {
  findNetworks,
  NETWORK_COLUMNS,
  type NetworkRecord,
  OUR_NETWORK_STEP,
  raceNetwork,
} from "../bench/network_race.ts";
import { COMMON_FLAGS, NETWORK_BATCH, NETWORKS_FLAG, WORKLOADS_FLAG } from "../bench/options.ts";
import {
  findWorkloads,
  OUR_WORKLOAD_STEP,
  raceWorkload,
  WORKLOAD_COLUMNS,
  type WorkloadRecord,
} from "../bench/workload_race.ts";
import { type Output, standardOutput } from "../shell/output.ts";
import type { Times } from "../bench/records.ts";
import { millis } from "../shell/table.ts";
import type { Model, StepTask } from "../bench/task.ts";
import { findConfigs, type NamedConfig, shippedNames } from "../config/source.ts";
import { UserError } from "../shell/errors.ts";
import { makeFolder, writeFile } from "../shell/files.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";

const FLAGS = {
  device: {
    type: "text",
    value: "<name>",
    default: "auto",
    allowed: DEVICE_NAMES,
    help: "auto: the CPU, and a GPU if there is one; webgpu also takes a software GPU",
  },
  batch: {
    type: "integer",
    value: "<number>",
    min: 2,
    help: "only this batch (default: 100 to 1000)",
  },
  hidden: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "only this width (default: 200, and for batch 100 also 100 to 800)",
  },
  thorough: {
    type: "boolean",
    help: "also batch 10,000 and width 2,000, and 10,000 steps for memory",
  },
  steps: {
    type: "integer",
    value: "<number>",
    min: 10,
    help: "the number of steps before memory is measured (default: 2000)",
  },
  threads: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 16,
    help: "the number of CPU threads (default: one for each core)",
  },
  configs: {
    type: "text",
    value: "<a,b,…>",
    help: "also time the steps of these shipped configs, or none (default: all)",
  },
  networks: NETWORKS_FLAG,
  workloads: WORKLOADS_FLAG,
  ...COMMON_FLAGS,
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task bench [flags]

Measure the speed of this library on this machine.

  deno task bench --device cpu --batch 100`;

type Given = Values<typeof FLAGS>;

/** The size of the timed matrix product. */
const MATMUL_SIZE = 1024;

if (import.meta.main) await main(command);

/** Measures the devices of this machine. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const configs = await configsFor(given);
  findNetworks(given.networks); // a wrong name is refused before anything is measured
  findWorkloads(given.workloads);
  const machine = thisMachine();
  const output = standardOutput(given.json);
  output.record(machine, machineText(machine));
  for (const device of await devicesFor(given.device)) {
    await benchmark(device, configs, given, output, machineText(machine));
  }
}

/** The devices to measure, one after another. */
async function devicesFor(name: DeviceName): Promise<DeviceName[]> {
  if (name !== "auto") return [name];
  return await findAdapter() === undefined ? ["cpu"] : ["cpu", "webgpu"];
}

async function benchmark(
  device: DeviceName,
  configs: readonly NamedConfig[],
  given: Given,
  output: Output,
  machine: string,
): Promise<void> {
  const target = { device, threads: given.threads };
  const description = await describe(target);
  output.say(`\n## ${device}: ${description}`);
  await using fixtures = await openFixtures();
  const tasks = tasksFor(given);

  output.busy(`${tasks.length} training steps, which take turns`);
  const steps = await measureSteps(tasks, target, fixtures, given);
  output.table(STEP_COLUMNS, steps);
  for (const record of growth(steps)) output.record(record, growthText(record));
  for (const record of echoCosts(steps)) output.record(record, echoCostText(record));

  const records: ConfigRecord[] = [];
  for (const config of configs) {
    output.busy(`training steps of ${config.name}`);
    records.push(await measureConfig(config, target, given, given.batch));
  }
  if (records.length > 0) output.table(CONFIG_COLUMNS, records);

  const networks: NetworkRecord[] = [];
  for (const network of findNetworks(given.networks)) {
    output.busy(`training steps of the network ${network.name}`);
    const ours = { name: OURS, program: OUR_NETWORK_STEP, ...target };
    networks.push(...await raceNetwork(network, [ours], given, given.batch ?? NETWORK_BATCH));
  }
  if (networks.length > 0) output.table(NETWORK_COLUMNS, networks);

  const workloads: WorkloadRecord[] = [];
  for (const workload of findWorkloads(given.workloads)) {
    output.busy(`steps of the workload ${workload.name}`);
    const ours = { name: OURS, program: OUR_WORKLOAD_STEP, ...target };
    workloads.push(...await raceWorkload(workload, [ours], given));
  }
  if (workloads.length > 0) output.table(WORKLOAD_COLUMNS, workloads);

  output.busy("matrix products");
  const product = await measureMatmul(MATMUL_SIZE, target, given);
  output.record(
    product,
    `product of two ${MATMUL_SIZE}×${MATMUL_SIZE} matrices: ${timesText(product)}, ` +
      `${product.gflops.toFixed(1)} GFLOP/s`,
  );

  output.busy("first steps");
  const start = await measureStarts(tasks[0], target, fixtures, given.rounds);
  output.record(
    start,
    `from the start of a process to the end of its first step: ${timesText(start)}`,
  );

  output.busy("memory");
  const count = given.steps ?? (given.thorough ? 10_000 : 2000);
  const memory = await measureMemory(tasks[0], target, fixtures, count);
  output.record(
    memory,
    `memory after ${count} steps: RSS ${memory.rss_mb} MB; it grew by ${memory.growth_mb} MB in the ` +
      `last 90 % of the steps`,
  );

  if (given.json) return;
  const path = join(given.out, `growth-${device}.svg`);
  await makeFolder(given.out);
  await writeFile(path, growthChart(steps, `${description}; ${machine}`));
  output.say(`chart: ${path}`);
}

/** The configs that the flags select. */
async function configsFor({ configs }: Given): Promise<NamedConfig[]> {
  if (configs === "none") return [];
  return await findConfigs(configs ?? (await shippedNames()).join(","));
}

/** The description of a device. */
async function describe({ device: name, threads }: Target): Promise<string> {
  const device = await openDevice(name, { threads }).catch((error: Error) => {
    throw new UserError(`cannot open the device ${name}: ${error.message}`);
  });
  device.close();
  return device.description;
}

/** The tasks that the flags select, the smallest first. */
function tasksFor({ batch, hidden, thorough }: Given): StepTask[] {
  const batches = batch ? [batch] : [100, 200, 500, 1000, ...(thorough ? [10_000] : [])];
  const widths = hidden ? [] : [100, 400, 800];
  const all = (models: Model[], batches: number[], widths: number[]): StepTask[] =>
    models.flatMap((model) =>
      widths.flatMap((hidden) => batches.map((batch) => ({ model, batch, hidden })))
    );
  return [
    ...all(["vae", "echo"], batches, [hidden ?? 200]),
    ...all(["vae"], batches.slice(0, 1), widths),
    ...(thorough && !batch && !hidden ? all(["vae", "echo"], [100, 1000], [2000]) : []),
  ];
}

function timesText(row: Times): string {
  const quartiles = `quartiles ${millis(row.q1_ms)}–${millis(row.q3_ms)}`;
  return `${millis(row.median_ms)} ms (${quartiles}, min ${millis(row.min_ms)})`;
}

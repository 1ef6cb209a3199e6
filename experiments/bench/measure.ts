/**
 * What is measured of this library alone, each in processes of its own.
 *
 * @module
 */

import { type DeviceName, openDevice } from "../../mod.ts";
import { type Contestant, ownProgram, type Program, startContestant } from "./contestant.ts";
import type { Fixtures } from "./fixtures.ts";
import { countKernels } from "./model.ts";
import type { Order } from "./protocol.ts";
import { type Length, race } from "./race.ts";
import {
  type MatmulRecord,
  matmulRecord,
  megabytes,
  type MemoryRecord,
  type StartRecord,
  type StepRecord,
  stepRecord,
  times,
} from "./records.ts";
import { summarize } from "./statistics.ts";
import type { StepTask } from "./task.ts";

/** How this library is called in records. */
export const OURS = "echograd";

/** Where it runs. */
export interface Target {
  readonly device: DeviceName;
  /** Of the CPU; all cores unless given. */
  readonly threads?: number;
}

/** How this library's training step is started. */
export const OUR_STEP: Program = ownProgram("step.ts", ["--allow-read"]);

const OUR_MATMUL: Program = ownProgram("matmul.ts", ["--allow-read"]);

/** Training steps of all tasks, in turns. */
export async function measureSteps(
  tasks: readonly StepTask[],
  target: Target,
  fixtures: Fixtures,
  length: Length,
): Promise<StepRecord[]> {
  await using stack = new AsyncDisposableStack();
  const orders: Order[] = [];
  const contestants: Contestant[] = [];
  for (const task of tasks) {
    const order = { ...task, ...target, folder: await fixtures.of(task) };
    orders.push(order);
    contestants.push(stack.use(await startContestant(OUR_STEP, order)));
  }
  const results = await race(contestants, length);
  const opened = await openDevice(target.device);
  const records = results.map((result, i) => ({
    ...stepRecord(OURS, orders[i], result),
    kernels: countKernels(orders[i], opened),
  }));
  opened.close();
  return records;
}

/** Products of two square matrices. */
export async function measureMatmul(
  size: number,
  target: Target,
  length: Length,
): Promise<MatmulRecord> {
  const order = { model: "vae", batch: size, hidden: size, ...target, folder: "" } as const;
  await using contestant = await startContestant(OUR_MATMUL, order);
  const [result] = await race([contestant], length);
  return matmulRecord(target.device, size, result);
}

/** Several first steps of a task, from the start of their processes. */
export async function measureStarts(
  task: StepTask,
  target: Target,
  fixtures: Fixtures,
  starts: number,
): Promise<StartRecord> {
  const order = { ...task, ...target, folder: await fixtures.of(task) };
  const ms: number[] = [];
  for (let i = 0; i < starts; i++) {
    await using contestant = await startContestant(OUR_STEP, order);
    ms.push(contestant.firstStepMs);
  }
  const { batch, hidden } = task;
  const { device } = target;
  return { name: "first-step", device, batch, hidden, ...times(summarize(ms)), starts };
}

/** The memory of a process that takes so many steps. */
export async function measureMemory(
  task: StepTask,
  target: Target,
  fixtures: Fixtures,
  steps: number,
): Promise<MemoryRecord> {
  const order = { ...task, ...target, folder: await fixtures.of(task) };
  await using contestant = await startContestant(OUR_STEP, order);
  const early = Math.max(1, Math.round(steps / 10));
  const { rss: before } = await contestant.turn(early);
  const { rss: after } = await contestant.turn(Math.max(1, steps - early));
  return {
    name: "memory",
    device: target.device,
    batch: task.batch,
    hidden: task.hidden,
    steps,
    rss_mb: megabytes(after),
    growth_mb: megabytes(after - before),
  };
}

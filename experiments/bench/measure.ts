/**
 * Measures this library alone, each contestant in a process of its own.
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

/** The name of this library in records. */
export const OURS = "echograd";

/** The device that a measurement runs on. */
export interface Target {
  readonly device: DeviceName;
  /** The number of CPU threads, by default all cores. */
  readonly threads?: number;
}

/** The program of this library's training step. */
export const OUR_STEP: Program = ownProgram("step.ts", ["--allow-read"]);

const OUR_MATMUL: Program = ownProgram("matmul.ts", ["--allow-read"]);

/** Measures the training steps of all tasks, which take turns. */
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

/** Measures products of two square matrices. */
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

/** Measures the time from the start of a process to the end of its first step, several times. */
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

/** Measures the memory of a process over a number of steps. */
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

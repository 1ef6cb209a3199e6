/**
 * The records of a benchmark, which are also the lines of `--json`. Times are in milliseconds.
 *
 * @module
 */

import type { Order } from "./protocol.ts";
import type { Result } from "./race.ts";
import type { Summary } from "./statistics.ts";
import { type Model, stepFlops, type StepTask } from "./task.ts";

/** Order statistics of a measured time. */
export interface Times {
  readonly median_ms: number;
  readonly min_ms: number;
  readonly q1_ms: number;
  readonly q3_ms: number;
}

/** The measurements of any training step. */
export interface Measurements extends Times {
  /** The number of timed steps. */
  readonly steps: number;
  /** The loss in nats per image before the first and before the tenth step. */
  readonly loss_1: number;
  readonly loss_10: number;
  /** From the start of the process to the end of its first step; measured once. */
  readonly first_step_ms: number;
  readonly rss_mb: number;
}

/** A training step. */
export interface StepRecord extends Measurements {
  readonly name: `${Model}-step`;
  readonly library: string;
  /** The description that the library gives of itself or of the device. */
  readonly about: string;
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  /** The FLOPs of the matrix products divided by the median time. */
  readonly gflops: number;
  /** The number of kernels that a step launches; only for this library. */
  readonly kernels?: number;
}

/** The time of this library in that of another, in the same race. */
export interface Ratios {
  /** The median of this library divided by that of the other: below 1 if this library is faster. */
  readonly ratio: number;
  /** The smallest and the largest ratio of a single round. */
  readonly ratio_min: number;
  readonly ratio_max: number;
}

/** A training step of a library in the comparison. */
export interface PeerRecord extends StepRecord, Ratios {}

/** The product of two square matrices. */
export interface MatmulRecord extends Times {
  readonly name: "matmul";
  readonly device: string;
  readonly size: number;
  readonly gflops: number;
}

/** The time from the start of a process to the end of its first step. */
export interface StartRecord extends Times {
  readonly name: "first-step";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly starts: number;
}

/** The memory of a training process. */
export interface MemoryRecord {
  readonly name: "memory";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly steps: number;
  /** Resident memory at the end. */
  readonly rss_mb: number;
  /** The growth over the last 90 % of the steps. */
  readonly growth_mb: number;
}

/** The exponent of the step time against the FLOPs: 1 is linear. */
export interface GrowthRecord {
  readonly name: "growth";
  readonly device: string;
  readonly model: Model;
  readonly along: "batch" | "width";
  readonly exponent: number;
}

/** The median time of the Echo step divided by that of the VAE step. */
export interface EchoCostRecord {
  readonly name: "echo-cost";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly ratio: number;
}

/** A value with five digits, which is more than the noise of a machine allows. */
const rounded = (value: number): number => Number(value.toPrecision(5));

/** Bytes in megabytes. */
export const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** The record of a summary. */
export const times = ({ median, min, q1, q3 }: Summary): Times => ({
  median_ms: rounded(median),
  min_ms: rounded(min),
  q1_ms: rounded(q1),
  q3_ms: rounded(q3),
});

/** The measurements of a contestant, as a record. */
export const measurements = ({ steps, losses, firstStepMs, rss }: Result): Measurements => ({
  ...times(steps),
  steps: steps.count,
  loss_1: losses[0],
  loss_10: losses[1],
  first_step_ms: rounded(firstStepMs),
  rss_mb: megabytes(rss),
});

/** The record of a contestant's steps. */
export function stepRecord(
  library: string,
  { model, batch, hidden, device }: Omit<Order, "folder">,
  result: Result,
): StepRecord {
  return {
    name: `${model}-step`,
    library,
    about: result.about,
    device,
    batch,
    hidden,
    ...measurements(result),
    gflops: gflops(stepFlops({ model, batch, hidden }), result.steps.median),
  };
}

/** The record of a contestant's steps, compared with those of this library in the same race. */
export function peerRecord(
  library: string,
  order: Omit<Order, "folder">,
  result: Result,
  ours: Result,
): PeerRecord {
  return { ...stepRecord(library, order, result), ...ratiosOf(result, ours) };
}

/** The ratios of this library's times to those of a contestant. */
export function ratiosOf(result: Result, ours: Result): Ratios {
  const ratios = ours.rounds.map((ms, i) => ms / result.rounds[i]);
  return {
    ratio: rounded(ours.steps.median / result.steps.median),
    ratio_min: rounded(Math.min(...ratios)),
    ratio_max: rounded(Math.max(...ratios)),
  };
}

/** The record of a contestant's matrix products. */
export const matmulRecord = (device: string, size: number, { steps }: Result): MatmulRecord => ({
  name: "matmul",
  device,
  size,
  ...times(steps),
  gflops: gflops(2 * size ** 3, steps.median),
});

/** Billions of operations a second, of a time in milliseconds. */
export const gflops = (flops: number, ms: number): number => rounded(flops / ms / 1e6);

/** The task of a record. */
export const stepTaskOf = ({ name, batch, hidden }: StepRecord): StepTask => ({
  model: name === "vae-step" ? "vae" : "echo",
  batch,
  hidden,
});

/**
 * What a benchmark finds out, one record a measurement: the lines of `--json`. Times are in milliseconds.
 *
 * @module
 */

import type { Order } from "./protocol.ts";
import type { Result } from "./race.ts";
import type { Summary } from "./statistics.ts";
import { type Model, stepFlops, type StepTask } from "./task.ts";

/** Order statistics of a time. */
export interface Times {
  readonly median_ms: number;
  readonly min_ms: number;
  readonly q1_ms: number;
  readonly q3_ms: number;
}

/** A training step. */
export interface StepRecord extends Times {
  readonly name: `${Model}-step`;
  readonly library: string;
  /** What the library says of itself or of the device. */
  readonly about: string;
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  /** How many steps were timed. */
  readonly steps: number;
  /** Of the matrix products, at the median. */
  readonly gflops: number;
  /** In nats per image, before the first and before the tenth step. */
  readonly loss_1: number;
  readonly loss_10: number;
  /** From the start of the process to the end of its first step, this once. */
  readonly first_step_ms: number;
  readonly rss_mb: number;
  /** Kernels that a step launches; only for this library, which can tell. */
  readonly kernels?: number;
}

/** A training step of some library beside ours. */
export interface PeerRecord extends StepRecord {
  /** Our median as a multiple of this one: below 1 where we are faster. */
  readonly ratio: number;
  /** The same in the round where it was least, and where it was most. */
  readonly ratio_min: number;
  readonly ratio_max: number;
}

/** The product of two square matrices. */
export interface MatmulRecord extends Times {
  readonly name: "matmul";
  readonly device: string;
  readonly size: number;
  readonly gflops: number;
}

/** From the start of a process to the end of its first step. */
export interface StartRecord extends Times {
  readonly name: "first-step";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly starts: number;
}

/** Memory of a process that trains. */
export interface MemoryRecord {
  readonly name: "memory";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly steps: number;
  /** Resident at the end. */
  readonly rss_mb: number;
  /** What was added in the last nine tenths of the steps. */
  readonly growth_mb: number;
}

/** How the time of a step grows with the batch, or with the FLOPs of a wider model: 1 is linear. */
export interface GrowthRecord {
  readonly name: "growth";
  readonly device: string;
  readonly model: Model;
  readonly along: "batch" | "width";
  readonly exponent: number;
}

/** The median of Echo's step over that of the VAE's. */
export interface EchoCostRecord {
  readonly name: "echo-cost";
  readonly device: string;
  readonly batch: number;
  readonly hidden: number;
  readonly ratio: number;
}

/** Five digits are more than the machine gives. */
export const rounded = (value: number): number => Number(value.toPrecision(5));

/** Bytes in millions. */
export const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** A summary as it is recorded. */
export const times = ({ median, min, q1, q3 }: Summary): Times => ({
  median_ms: rounded(median),
  min_ms: rounded(min),
  q1_ms: rounded(q1),
  q3_ms: rounded(q3),
});

/** The record of a contestant's steps. */
export function stepRecord(
  library: string,
  { model, batch, hidden, device }: Omit<Order, "folder">,
  { about, steps, losses, firstStepMs, rss }: Result,
): StepRecord {
  return {
    name: `${model}-step`,
    library,
    about,
    device,
    batch,
    hidden,
    ...times(steps),
    steps: steps.count,
    gflops: gflops(stepFlops({ model, batch, hidden }), steps.median),
    loss_1: losses[0],
    loss_10: losses[1],
    first_step_ms: rounded(firstStepMs),
    rss_mb: megabytes(rss),
  };
}

/** The record of a contestant's steps, beside ours of the same race. */
export function peerRecord(
  library: string,
  order: Omit<Order, "folder">,
  result: Result,
  ours: Result,
): PeerRecord {
  const ratios = ours.rounds.map((ms, i) => ms / result.rounds[i]);
  return {
    ...stepRecord(library, order, result),
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

const gflops = (flops: number, ms: number): number => rounded(flops / ms / 1e6);

/** The task of a step's record. */
export const stepTaskOf = ({ name, batch, hidden }: StepRecord): StepTask => ({
  model: name === "vae-step" ? "vae" : "echo",
  batch,
  hidden,
});

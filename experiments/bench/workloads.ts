/**
 * The timed workloads beside autoencoders: a classifier, sequence models, sorting and batches.
 *
 * The programs of all libraries build the same workload from the shapes here and from the same
 * numbers, so they print the same values.
 *
 * @module
 */

import { join } from "node:path";
import { writeFile } from "../shell/files.ts";
import { mulberry32 } from "./fixture.ts";

type Shape = readonly number[];

/** A workload. */
export interface Workload {
  readonly name: string;
  /** What a step does. */
  readonly about: string;
  /** The shapes of its parameters. */
  readonly params: readonly Shape[];
  /** The shapes of its data. */
  readonly data: readonly Shape[];
}

const dense = (inputs: number, outputs: number): Shape[] => [[inputs, outputs], [outputs]];

/** The workloads. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: "mlp",
    about: "784–512–512–10 with relu, batch 64, cross-entropy, Adam",
    params: [...dense(784, 512), ...dense(512, 512), ...dense(512, 10)],
    data: [[64, 784]],
  },
  {
    name: "gru",
    about: "50 steps of 128 units, batch 32, 32 inputs, squares of all states, Adam",
    params: [...dense(32, 384), ...dense(128, 384)],
    data: [[50, 32, 32], [50, 32, 128]],
  },
  {
    name: "attention",
    about: "4 heads over 64 positions, batch 32, 64 features, squares, Adam",
    params: [...dense(64, 64), ...dense(64, 64), ...dense(64, 64), ...dense(64, 64)],
    data: [[32, 64, 64], [32, 64, 64]],
  },
  { name: "sort", about: "100,000 numbers and their places", params: [], data: [[100_000]] },
  {
    name: "batches",
    about: "the mean of a batch of 100 random rows of 10,000 images",
    params: [],
    data: [[10_000, 784]],
  },
];

const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d);

/** The numbers of a workload. */
export interface WorkloadFixture {
  /** Of variance 1 / rows. */
  readonly params: Float32Array<ArrayBuffer>;
  /** Of variance 1. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** The numbers of a workload, the same on every machine. */
export function workloadFixture({ params, data }: Workload): WorkloadFixture {
  const uniform = mulberry32(12345);
  const draw = (shape: Shape, variance: number) => {
    const limit = Math.sqrt(3 * variance);
    return Array.from({ length: sizeOf(shape) }, () => (2 * uniform() - 1) * limit);
  };
  return {
    params: Float32Array.from(params.flatMap((shape) => draw(shape, 1 / shape[0]))),
    data: Float32Array.from(data.flatMap((shape) => draw(shape, 1))),
  };
}

/** Writes the numbers to `params.f32` and `data.f32`, for contestants of other languages. */
export async function writeWorkloadFixture(folder: string, workload: Workload): Promise<void> {
  for (const [name, numbers] of Object.entries(workloadFixture(workload))) {
    await writeFile(join(folder, `${name}.f32`), new Uint8Array(numbers.buffer));
  }
}

/**
 * Losses kept on the device, a row for each step, so that no step waits for its numbers to be read.
 *
 * @module
 */

import { concat, equal, iota, reshape, type Tensor, where, zeros } from "../mod.ts";
import type { Metrics } from "./history.ts";
import type { Losses } from "./model.ts";

/** A trace of so many steps, none of which has been taken: [steps, 3] zeros. */
export function emptyTrace(steps: number): Tensor {
  return zeros([steps, 3]);
}

/** The trace with the losses of a step (an int32 scalar) in its row. */
export function record(trace: Tensor, step: Tensor, { rate, distortion, loss }: Losses): Tensor {
  const row = concat([rate, distortion, loss].map((value) => reshape(value, [1, 1])), 1);
  const steps = iota([trace.shape[0], 1], 0, "int32");
  return where(equal(steps, step), row, trace);
}

/** The losses of the first steps of a trace, read from the device. */
export async function readTrace(trace: Tensor, steps: number): Promise<Metrics[]> {
  const values = await trace.read();
  return Array.from({ length: steps }, (_, step) => {
    const [rate, distortion, loss] = values.subarray(3 * step, 3 * step + 3);
    return { rate, distortion, loss };
  });
}

/** The average of losses, each counted as often as its weight says, or all alike. */
export function average(
  losses: readonly Metrics[],
  weights: readonly number[] = losses.map(() => 1),
): Metrics {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (name: keyof Metrics) =>
    losses.reduce((sum, row, i) => sum + weights[i] * row[name], 0) / total;
  return { rate: mean("rate"), distortion: mean("distortion"), loss: mean("loss") };
}

/**
 * A trace: the losses of the steps, kept on the device, one row for each step, so that no step
 * waits for a read.
 *
 * @module
 */

import { concat, equal, iota, reshape, type Tensor, where, zeros } from "../../mod.ts";
import type { Metrics } from "../runs/history.ts";
import type { Losses } from "../models/model.ts";

/** A trace without any step yet: zeros [steps, names]. */
export function emptyTrace(steps: number, names: readonly string[]): Tensor {
  return zeros([steps, names.length]);
}

/** The trace with the losses of a step in its row; `step` is an int32 scalar. */
export function record(
  trace: Tensor,
  step: Tensor,
  losses: Losses,
  names: readonly string[],
): Tensor {
  const row = concat(names.map((name) => reshape(losses[name], [1, 1])), 1);
  const steps = iota([trace.shape[0], 1], 0, "int32");
  return where(equal(steps, step), row, trace);
}

/** The losses of the first steps of a trace, read from the device. */
export async function readTrace(
  trace: Tensor,
  steps: number,
  names: readonly string[],
): Promise<Metrics[]> {
  const values = await trace.read();
  return Array.from({ length: steps }, (_, step) => {
    const row = values.subarray(names.length * step);
    return Object.fromEntries(names.map((name, i) => [name, row[i]])) as Metrics;
  });
}

/** The weighted average of losses; all weights are 1 unless given. */
export function average(
  losses: readonly Metrics[],
  weights: readonly number[] = losses.map(() => 1),
): Metrics {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (name: string) =>
    losses.reduce((sum, row, i) => sum + weights[i] * row[name], 0) / total;
  return Object.fromEntries(Object.keys(losses[0]).map((name) => [name, mean(name)])) as Metrics;
}

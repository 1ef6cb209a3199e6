/**
 * The results of a group of runs: means over its seeds.
 *
 * @module
 */

import { median } from "../bench/statistics.ts";
import type { Metrics } from "../runs/history.ts";
import { type Measured, measured } from "../laboratory/statistics/measured.ts";
import { betaOf } from "../models/beta.ts";
import { isFinished, type RunGroup } from "./group.ts";
import type { ReportRun } from "./read_run.ts";

/** Means over seeds. Rates, distortions and bounds are in nats per image. */
export interface Summary {
  readonly beta?: number;
  /** The number of runs that are averaged. */
  readonly seeds: number;
  /** Test images; if no run is finished, validation images after the last epoch. */
  readonly split: "test" | "validation";
  /** The smallest number of epochs of these runs, as far as their histories are known. */
  readonly epochs?: number;
  readonly parameters?: number;
  /** The dimensions of the code that carry information, if all runs have counted them. */
  readonly activeUnits?: Measured;
  readonly rate: Measured;
  readonly distortion: Measured;
  readonly negativeElbo: Measured;
  /** Further terms of the loss, not weighted, by their types. */
  readonly terms: ReadonlyMap<string, Measured>;
  /** An upper bound on −log p(x), from `samples` codes of each image. */
  readonly likelihood?: { readonly nats: Measured; readonly samples: number };
  /** The median time of an epoch's training steps. */
  readonly secondsPerEpoch?: number;
}

/** Averages a group. */
export function summarize({ config, runs }: RunGroup): Summary {
  const finished = runs.filter(isFinished);
  const counted = finished.length > 0 ? finished : runs;
  const metrics = counted.map(metricsOf);
  const over = (of: (metrics: Metrics) => number) => measured(metrics.map(of));
  // A term that some runs lack has no mean; older versions wrote fewer of them.
  const { rate: _, distortion: __, loss: ___, ...some } = metrics[0];
  const terms = Object.keys(some).filter((name) => metrics.every((all) => name in all));
  const epochs = counted.flatMap(({ history }) => history.at(-1)?.epoch ?? []);
  const seconds = counted.flatMap(({ history }) => history.map(({ seconds }) => seconds));
  return {
    beta: config && betaOf(config.loss),
    seeds: counted.length,
    split: finished.length > 0 ? "test" : "validation",
    epochs: epochs.length > 0 ? Math.min(...epochs) : undefined,
    parameters: counted[0].test?.parameters,
    activeUnits: activeUnitsOf(counted),
    rate: over(({ rate }) => rate),
    distortion: over(({ distortion }) => distortion),
    negativeElbo: over(({ rate, distortion }) => rate + distortion),
    terms: new Map(terms.map((name) => [name, over((all) => all[name])])),
    likelihood: likelihoodOf(finished),
    secondsPerEpoch: seconds.length > 0 ? median(seconds) : undefined,
  };
}

/** The metrics on test images, or without them on validation images. */
const metricsOf = ({ test, history }: ReportRun): Metrics => test?.losses ?? history.at(-1)!.valid;

function activeUnitsOf(runs: readonly ReportRun[]): Measured | undefined {
  const counts = runs.flatMap(({ test }) => test?.activeUnits ?? []);
  return counts.length === runs.length ? measured(counts) : undefined;
}

/** The bound, if all runs have one from the same number of codes. */
function likelihoodOf(runs: readonly ReportRun[]): Summary["likelihood"] {
  const bounds = runs.map(({ test }) => test?.likelihood);
  const samples = bounds[0]?.samples;
  if (samples === undefined || bounds.some((bound) => bound?.samples !== samples)) return undefined;
  return { nats: measured(bounds.map((bound) => bound!.nats)), samples };
}

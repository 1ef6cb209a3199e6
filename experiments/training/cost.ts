/**
 * The cost of training: operations, bytes and time, for `--dry-run`.
 *
 * @module
 */

import { type Device, key, run as compute, tensor } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import { type DataSet, type Images, sizeOf } from "../data/images.ts";
import { bytesOfTraining } from "../models/memory.ts";
import type { Model } from "../models/model.ts";
import { operationsOf } from "../models/kinds.ts";
import * as TERMS from "../models/terms/mod.ts";
import { type ImageSize, multiplicationsOf, networksOf } from "../models/networks.ts";
import { gatherTensor } from "../outcome/evaluate.ts";
import { emptyTrace, readTrace } from "../outcome/trace.ts";
import { makeLearner } from "./learner.ts";

/**
 * The floating-point operations of a step in encoder and decoder, a multiplication and an addition
 * forwards and as many for each of the two gradients, of the weights and of the input, and in the
 * networks of terms of the loss. Flows, priors and activations are not counted.
 */
export function operationsOfStep(config: Config, image: ImageSize): number {
  const { batch, samples, latent, loss } = config;
  const { encoder, decoder } = multiplicationsOf(networksOf(config, image), latent.size);
  const terms = loss.reduce((sum, term) => sum + operationsOf(TERMS, term, latent.size), 0);
  return batch * (6 * encoder + samples * (6 * decoder + terms));
}

/** The most steps that are measured, and the seconds after which no other is. */
const MOST_STEPS = 20, MOST_SECONDS = 1;

/**
 * The seconds of a training step on a device: the fastest of some on the first images, after one
 * that compiles it.
 */
export async function timeStep(
  config: Config,
  model: Model,
  images: Images,
  device: Device,
  redraw?: boolean,
): Promise<number> {
  const learner = makeLearner(config, model, 1, device, { redraw });
  const first = (count: number) => gatherTensor(images, Array.from({ length: count }, (_, i) => i));
  using examples = first(learner.examples);
  using rows = first(config.batch);
  using index = tensor(0, { dtype: "int32" });
  const noise = compute(key(1), device);
  let state = learner.init(compute(key(0), device), examples);
  let trace = emptyTrace(1, learner.names);
  let fastest = Infinity, total = 0;
  for (let step = 0; step <= MOST_STEPS && total < MOST_SECONDS; step++) {
    const began = performance.now();
    [state, trace] = learner.step(state, trace, rows, index, noise);
    await readTrace(trace, 1, learner.names);
    const seconds = (performance.now() - began) / 1000;
    if (step === 0) continue;
    fastest = Math.min(fastest, seconds);
    total += seconds;
  }
  return fastest;
}

/** Lines about operations, bytes and time, from the measured seconds of a step. */
export function costLines(
  config: Config,
  data: DataSet,
  images: Images,
  seconds: number,
): string[] {
  const operations = operationsOfStep(config, sizeOf(data));
  const { parameters, batch } = bytesOfTraining(config, sizeOf(data));
  const steps = Math.floor(images.count / config.batch);
  const epoch = steps * seconds;
  return [
    `a step: ${scaled(operations, "FLOP")} in its networks; ` +
    `${scaled(batch, "B")} for a batch, ${scaled(parameters, "B")} for parameters and optimizer`,
    `a step takes ${duration(seconds)} here (measured: ${
      scaled(operations / seconds, "FLOP/s")
    }), ` +
    `an epoch ${duration(epoch)} without its validation, all ${duration(config.epochs * epoch)}`,
  ];
}

/** A number with a prefix of its unit, to three digits. */
function scaled(value: number, unit: string): string {
  const prefixes = ["", "k", "M", "G", "T", "P"];
  const power = value < 1 ? 0 : Math.min(5, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${prefixes[power]}${unit}`;
}

/** A time in the unit that suits it. */
function duration(seconds: number): string {
  const units = [[1e-3, "ms"], [1, "s"], [60, "min"], [3600, "h"]] as const;
  const [size, name] = units.findLast(([size]) => seconds >= 2 * size) ?? units[0];
  return `${Number((seconds / size).toPrecision(2))} ${name}`;
}

/**
 * What is done with a trained model: its losses on the test images, a bound on their likelihood where it is wanted, and their
 * codes.
 *
 * @module
 */

import type { Key } from "../mod.ts";
import { saveCodes } from "./codes.ts";
import { makeEvaluate } from "./evaluate.ts";
import { writeFile } from "./files.ts";
import type { Metrics } from "./history.ts";
import { makeBoundLikelihood } from "./importance.ts";
import type { Model, Params } from "./model.ts";
import type { Run } from "./trainer.ts";

/** What a run has come to on the test images. */
export interface TestRecord {
  /** Averages over the images. */
  losses: Metrics;
  /** An upper bound on −log p(x) in nats per image, by so many codes of each. */
  likelihood?: { nats: number; samples: number };
}

/**
 * Writes `codes.safetensors` and, last, `test.json`, which says that the run is finished: the losses and, where it was asked
 * for, `nll`, the bound on −log p(x), with `nllSamples`.
 */
export async function conclude(
  { config, data, device, folder, importance: samples }: Run,
  model: Model,
  params: Params,
  keys: Record<"evaluation" | "codes" | "bound", Key>,
): Promise<TestRecord> {
  const { batch } = config;
  const images = data.test;
  const losses = await makeEvaluate(model, batch, device)(params, images, keys.evaluation);
  await saveCodes(folder.codes, { model, params, images, batch, device, key: keys.codes });
  if (samples === undefined) {
    await writeFile(folder.test, JSON.stringify(losses) + "\n");
    return { losses };
  }
  const nats = await makeBoundLikelihood(model, samples, batch, device)(params, images, keys.bound);
  await writeFile(
    folder.test,
    JSON.stringify({ ...losses, nll: nats, nllSamples: samples }) + "\n",
  );
  return { losses, likelihood: { nats, samples } };
}

/**
 * The end of a run: the losses of the trained model on the test images, a bound on their likelihood
 * if asked for, and their codes.
 *
 * @module
 */

import type { Key } from "../../mod.ts";
import type { Checkpoint } from "../runs/checkpoint.ts";
import { saveCodes } from "./codes.ts";
import { issueText } from "../shell/issue.ts";
import { UserError } from "../shell/errors.ts";
import { makeEvaluate } from "./evaluate.ts";
import { exists, readText, writeFile } from "../shell/files.ts";
import { firstBadMetric, type Metrics, metrics } from "../runs/history.ts";
import { makeBoundLikelihood } from "./importance.ts";
import { parseJson } from "../shell/json.ts";
import type { Model } from "../models/model.ts";
import { modelSize } from "../models/model_size.ts";
import { paintTraversals } from "./traversals.ts";
import type { Run } from "../runs/run.ts";

/** The results of a run on the test images. */
export interface TestRecord {
  /** The average losses. */
  losses: Metrics;
  /** The number of trained parameters; older versions did not store it. */
  parameters?: number;
  /** An upper bound on −log p(x) in nats per image, from `samples` codes per image. */
  likelihood?: { nats: number; samples: number };
}

/**
 * Writes `codes.safetensors`, `traversals.png` and, last, `test.json`, which marks the run as
 * finished.
 *
 * @throws {UserError} if a loss on the test images is NaN or infinite; nothing is written then
 */
export async function conclude(
  { config, data, device, folder, importance: samples }: Run,
  model: Model,
  { state: { params }, epoch }: Pick<Checkpoint, "state" | "epoch">,
  keys: Record<"evaluation" | "codes" | "pictures" | "bound", Key>,
): Promise<TestRecord> {
  const { batch } = config;
  const images = data.test;
  const losses = await makeEvaluate(model, batch, device)(params, images, keys.evaluation);
  // A finished run that is resumed without --importance keeps its bound.
  let likelihood = await exists(folder.test) ? (await readTest(folder.test)).likelihood : undefined;
  if (samples !== undefined) {
    const bound = makeBoundLikelihood(model, samples, batch, device);
    likelihood = { nats: await bound(params, images, keys.bound), samples };
  }
  const all: Metrics = { ...losses, ...likelihood && { "bound on -log p(x)": likelihood.nats } };
  const bad = firstBadMetric(all);
  if (bad !== undefined) {
    throw new UserError(
      `the ${bad} on the test images is ${all[bad]}; the checkpoint of epoch ${epoch} is kept, ` +
        "and a smaller learning rate may help",
    );
  }
  const { parameters } = modelSize(model, images.pixels);
  const trained = { model, params, device };
  const codes = await saveCodes(folder.codes, { ...trained, images, batch, key: keys.codes });
  await paintTraversals(folder.traversals, { ...trained, config, data, codes, key: keys.pictures });
  const record = { losses, parameters, likelihood };
  await writeTest(folder.test, record);
  return record;
}

/**
 * Writes a flat object: the losses by name, `parameters`, and the bound on −log p(x) as `nll` with
 * `nllSamples`.
 */
async function writeTest(path: string, { losses, parameters, likelihood }: TestRecord) {
  const bound = likelihood && { nll: likelihood.nats, nllSamples: likelihood.samples };
  await writeFile(path, JSON.stringify({ ...losses, parameters, ...bound }) + "\n");
}

/**
 * Reads a `test.json`.
 *
 * @throws {UserError} if the file cannot be read, is not JSON, or has values other than numbers
 */
export async function readTest(path: string): Promise<TestRecord> {
  const value = parseJson(await readText(path), path);
  const { data, error } = metrics.safeParse(value);
  if (error) throw new UserError(`${path}${issueText(error, value)}`);
  const { parameters, nll, nllSamples, ...losses } = data;
  const likelihood = nll === undefined ? undefined : { nats: nll, samples: nllSamples };
  return { losses, parameters, likelihood };
}

/**
 * The end of a run: the losses of the trained model on the test images, a bound on their likelihood
 * if asked for, and their codes.
 *
 * @module
 */

import { foldIn, type Key } from "../../mod.ts";
import type { Checkpoint } from "../runs/checkpoint.ts";
import { saveCodes } from "./codes.ts";
import { sliceImages } from "../data/images.ts";
import { activeUnits } from "./dimension_rates.ts";
import { fitPrior, type FittedPrior } from "./fitted_prior.ts";
import { issueText } from "../shell/issue.ts";
import { UserError } from "../shell/errors.ts";
import { makeEvaluate } from "./evaluate.ts";
import { exists, readText, writeFile } from "../shell/files.ts";
import { firstBadMetric, type Metrics, metrics } from "../runs/history.ts";
import { makeBoundLikelihood } from "./importance.ts";
import { parseJson } from "../shell/json.ts";
import type { Model, Params } from "../models/model.ts";
import { modelSize } from "../models/model_size.ts";
import { paintTraversals } from "./traversals.ts";
import type { Run } from "../runs/run.ts";

/** The results of a run on the test images. */
export interface TestRecord {
  /** The average losses. */
  losses: Metrics;
  /** The number of trained parameters; older versions did not store it. */
  parameters?: number;
  /** The number of dimensions of the code that carry information, if the latent layer has them. */
  activeUnits?: number;
  /** An upper bound on −log p(x) in nats per image, from `samples` codes per image. */
  likelihood?: LikelihoodBound;
}

/** A bound on −log p(x). */
export interface LikelihoodBound {
  nats: number;
  samples: number;
  /** How far the prior that was fitted to Echo's codes is from them, KL(codes ‖ m) in nats. */
  distance?: { nats: number; standardError: number };
}

/**
 * Writes `codes.safetensors`, `traversals.png` and, last, `test.json`, which marks the run as
 * finished.
 *
 * @throws {UserError} if a loss on the test images is NaN or infinite; nothing is written then
 */
export async function conclude(
  run: Run,
  model: Model,
  { state: { params }, epoch }: Pick<Checkpoint, "state" | "epoch">,
  keys: Record<"evaluation" | "pictures" | "bound", Key>,
): Promise<TestRecord> {
  const { config, data, device, folder, importance: samples } = run;
  const { batch } = config;
  const images = data.test;
  const losses = await makeEvaluate(model, batch, device)(params, images, keys.evaluation);
  // A finished run that is resumed without --importance keeps its bound.
  let likelihood = await exists(folder.test) ? (await readTest(folder.test)).likelihood : undefined;
  if (samples !== undefined) {
    const prior = await priorOf(run, model, params, keys.bound);
    const bound = makeBoundLikelihood(
      prior?.logWeights ?? model.logWeights,
      samples,
      batch,
      device,
    );
    const nats = await bound(params, images, keys.bound);
    likelihood = { nats, samples, distance: prior?.distance };
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
  // With one code an image, these are the very codes whose losses were averaged above.
  const codes = await saveCodes(folder.codes, { ...trained, images, batch, key: keys.evaluation });
  await paintTraversals(folder.traversals, { ...trained, config, data, codes, key: keys.pictures });
  const record: TestRecord = {
    losses,
    parameters,
    activeUnits: activeUnits(config, codes, folder.codes),
    likelihood,
  };
  await writeTest(folder.test, record);
  return record;
}

/** The prior of a latent layer without a density of codes; the key decides all that is drawn. */
async function priorOf(
  { config: { batch, limit }, data, device, importance = 1 }: Run,
  model: Model,
  params: Params,
  key: Key,
): Promise<FittedPrior | undefined> {
  if (model.latent.codeOf === undefined) return undefined;
  const train = sliceImages(data.train, 0, limit ?? data.train.count);
  const trained = { model, params, data: { ...data, train }, batch };
  return await fitPrior({ ...trained, samples: importance, device, key: foldIn(key, 1) });
}

/**
 * Writes a flat object: the losses by name, `parameters`, `activeUnits`, and the bound on −log p(x)
 * as `nll` with `nllSamples` and, for Echo, `priorDistance` with `priorDistanceError`.
 */
async function writeTest(path: string, { losses, likelihood, ...counts }: TestRecord) {
  const { distance } = likelihood ?? {};
  const bound = likelihood && {
    nll: likelihood.nats,
    nllSamples: likelihood.samples,
    priorDistance: distance?.nats,
    priorDistanceError: distance?.standardError,
  };
  await writeFile(path, JSON.stringify({ ...losses, ...counts, ...bound }) + "\n");
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
  const { parameters, activeUnits, nll, nllSamples, ...rest } = data;
  const { priorDistance, priorDistanceError, ...losses } = rest as Metrics;
  const distance = priorDistance === undefined
    ? undefined
    : { nats: priorDistance, standardError: priorDistanceError };
  const likelihood = nll === undefined ? undefined : { nats: nll, samples: nllSamples, distance };
  return { losses, parameters, activeUnits, likelihood };
}

/**
 * A trained Echo model with the encodings of all images.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import {
  bernoulli,
  cast,
  type EchoChannel,
  echoRate,
  type Encodings,
  foldIn,
  jit,
  key,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { clipMean } from "../../../lib/echo/channel.ts";
import { loadCheckpoint } from "../../runs/checkpoint.ts";
import { readTest, type TestRecord } from "../../outcome/conclusion.ts";
import type { Config } from "../../config/config.ts";
import { readRunConfig } from "../../config/source.ts";
import { loadDataSet } from "../../data/datasets.ts";
import { treatmentOf } from "../../data/treatment.ts";
import { dataDigest } from "../../data/digest.ts";
import { type DataSet, type Images, sizeOf, sliceImages } from "../../data/images.ts";
import type { Codes } from "../../outcome/dimension_rates.ts";
import { UserError } from "../../shell/errors.ts";
import { evenBatches, gatherTensor } from "../../outcome/evaluate.ts";
import { exists, readFile } from "../../shell/files.ts";
import { makeModel, type Model, type Params } from "../../models/model.ts";
import { latentOf } from "../../models/rules.ts";
import { makeEchoRing } from "../../models/echo_ring.ts";
import { folderAt } from "../../runs/run_folder.ts";
import { makeOptimizer } from "../../training/optimizer.ts";
import { makeTarget } from "../../training/target.ts";
import { decodeTensors } from "../../formats/safetensors.ts";

/** Images with their encodings. */
export interface Split {
  /** The name of the images in the report. */
  readonly name: string;
  readonly images: Images;
  /** f(x), clipped as the channel clips it, [count, latent]. */
  readonly mean: Float32Array;
  /** [count, latent]. */
  readonly logScale: Float32Array;
  /** The rate −log |det S(x)| that the library reports, in nats, [count]. */
  readonly rate: Float64Array;
}

/** A run that is checked. */
export interface Trained {
  readonly name: string;
  readonly config: Config;
  readonly channel: EchoChannel;
  /** The number of epochs before the checkpoint. */
  readonly epoch: number;
  readonly model: Model;
  readonly params: Params;
  readonly train: Split;
  readonly test: Split;
  /** The test results of the run, if it is finished. */
  readonly recorded?: TestRecord;
  /** The codes of the test images that a finished run stored. */
  readonly kept?: Codes;
}

/** The places of the files of a run. */
interface Place {
  readonly folder: string;
  /** The folder of the data set, if it is not the default one. */
  readonly dataDir?: string;
  /** Replaces the data set that the config names. */
  readonly data?: DataSet;
}

/** The number of images that are encoded together. */
const BATCH = 500;

/**
 * Loads the checkpoint of a run, and encodes the images that it was trained and tested on.
 *
 * @throws {UserError} if there is no run, its latent is not Echo, or a file of the run or of its
 * data is missing or damaged
 */
export async function openTrained({ folder: path, dataDir, data }: Place): Promise<Trained> {
  const folder = folderAt(path);
  for (const file of [folder.config, folder.checkpoint]) {
    if (!await exists(file)) throw new UserError(`there is no run in ${path}: ${file} is missing`);
  }
  const config = await readRunConfig(folder.config);
  const { channel } = latentOf(config);
  if (channel === undefined) {
    throw new UserError(
      `--run checks the rate of the latent "echo", a scale for each dimension, but ${path} has "${config.latent.type}"`,
    );
  }
  const set = data ?? await loadDataSet(config.dataset, { ...treatmentOf(config), dataDir });
  const { pixels, count } = set.train;
  const model = makeModel(config, sizeOf(set));
  const first = model.init(key(0), zeros([model.prior.examples, pixels]));
  const optimizer = makeOptimizer(config.optimizer, () => 0).init(first);
  const examples = zeros([model.latent.pool?.size ?? 0, pixels]);
  const pool = makeEchoRing(model, config.batch)?.init(first, examples);
  const target = makeTarget(config)?.init();
  const begun = { params: first, optimizer, ...pool && { pool }, ...target && { target } };
  const images = sliceImages(set.train, 0, config.limit ?? count);
  const start = {
    state: begun,
    key: key(0),
    config,
    data: dataDigest({ ...set, train: images }),
  };
  const { state: { params }, epoch } = await loadCheckpoint(folder.checkpoint, start);

  const encode = async (name: string, images: Images, redraw = false) => ({
    name,
    images,
    ...await encodeAll(model, params, images, channel, redraw),
  });
  return {
    name: basename(resolve(path)),
    config,
    channel,
    epoch,
    model,
    params,
    train: await encode("training", images, set.redraw),
    test: await encode("test", set.test),
    recorded: await exists(folder.test) ? await readTest(folder.test) : undefined,
    kept: await exists(folder.codes)
      ? decodeTensors(await readFile(folder.codes), folder.codes).tensors
      : undefined,
  };
}

/** Encodes images. If training drew pixels from grey levels, so does this. */
async function encodeAll(
  model: Model,
  params: Params,
  images: Images,
  channel: EchoChannel,
  redraw: boolean,
): Promise<Pick<Split, "mean" | "logScale" | "rate">> {
  const encode = jit((params: Params, rows: Tensor, first: Tensor) => {
    const pixels = redraw ? cast(bernoulli(foldIn(key(0), first), rows), "float32") : rows;
    const { mean, logScale } = model.encode(params, pixels, key(0));
    return { mean: clipMean(mean, channel), logScale, rate: echoRate(logScale, channel) };
  });
  const { count } = images;
  const latent = params.mean.b.shape[0];
  const all = {
    mean: new Float32Array(count * latent),
    logScale: new Float32Array(count * latent),
    rate: new Float64Array(count),
  };
  for (const { start, end } of evenBatches(count, BATCH)) {
    const indices = Array.from({ length: end - start }, (_, i) => start + i);
    using rows = gatherTensor(images, indices);
    const encoded = encode(params, rows, start);
    all.mean.set(await encoded.mean.read(), start * latent);
    all.logScale.set(await encoded.logScale.read(), start * latent);
    all.rate.set(await encoded.rate.read(), start);
    for (const used of Object.values(encoded)) used.dispose();
  }
  return all;
}

/** Some of a split's encodings as tensors [rows, latent]. */
export function rowsOf(
  { mean, logScale, images: { count } }: Split,
  indices: ArrayLike<number>,
): Encodings {
  const latent = mean.length / count;
  const gather = (all: Float32Array) => {
    const rows = new Float32Array(indices.length * latent);
    for (let i = 0; i < indices.length; i++) {
      rows.set(all.subarray(indices[i] * latent, (indices[i] + 1) * latent), i * latent);
    }
    return tensor(rows, { shape: [indices.length, latent] });
  };
  return { mean: gather(mean), logScale: gather(logScale) };
}

/**
 * A trained model from the files of its run.
 *
 * @module
 */

import { type Device, key, run as compute, type Tensor, tensor, zeros } from "../../mod.ts";
import { decodeTensors } from "../formats/safetensors.ts";
import { sizeOf } from "../../lib/shape.ts";
import type { Architecture } from "../models/architecture.ts";
import * as LATENTS from "../models/latents/mod.ts";
import * as LAYERS from "../models/layers/mod.ts";
import { type LayerConfig, typeOf } from "../models/network.ts";
import { makeModel, type Model, type Params } from "../models/model.ts";
import * as PRIORS from "../models/priors/mod.ts";
import * as TERMS from "../models/terms/mod.ts";
import { type Arrays, checkFinite, openCheckpoint, paramsOf } from "../runs/arrays.ts";
import { UserError } from "../shell/errors.ts";
import { CHECKPOINT, CODES, type RunFiles, WEIGHTS } from "./files.ts";
import type { Size } from "./images.ts";

/** The config of a run, as it is stored: all keys have values. */
export type StoredConfig = Architecture & { readonly dataset: string };

/** A trained model. */
export interface Weights {
  readonly config: StoredConfig;
  readonly imageSize: Size;
  /** The number of epochs that it was trained. */
  readonly epoch: number;
  readonly model: Model;
  readonly params: Params;
  /** Noisy codes of the test images, [images, latent], if there are any: Echo's noise. */
  readonly noises?: Tensor;
}

/** The name of the noisy codes in a packed run, as the decoder takes them. */
export const PACKED_CODES = "codes.z";

/**
 * Reads a trained model.
 *
 * @throws {UserError} if there is none, it is damaged, or a version trained it that has other parts
 */
export async function readWeights(files: RunFiles, device?: Device): Promise<Weights> {
  const packed = await files.read(WEIGHTS);
  const bytes = packed ?? await files.read(CHECKPOINT);
  if (bytes === undefined) {
    throw new UserError(`there is no run in ${files.name}: ${CHECKPOINT} is missing`);
  }
  const source = files.name;
  const { tensors, metadata } = await openCheckpoint(bytes, source);
  const { config, imageSize, epoch } = described(metadata, source);
  checkTypes(config, source);
  const model = makeModel(config, imageSize);
  const [height, width] = imageSize;
  const like = model.init(key(0), zeros([model.prior.examples, height * width]));
  const params = compute(paramsOf(tensors, like, source), device);
  const codes = packed === undefined ? await keptCodes(files) : tensors.get(PACKED_CODES);
  const { size } = config.latent;
  if (codes !== undefined && (codes.shape[1] !== size || sizeOf(codes.shape) === 0)) {
    throw new UserError(
      `${source} has codes of shape [${
        codes.shape.join(", ")
      }], but its config has ${size} dimensions`,
    );
  }
  return {
    config,
    imageSize,
    epoch,
    model,
    params,
    noises: codes && tensor(
      Float32Array.from(codes.data, model.latent.decoded?.inverse ?? ((z) => z)),
      { shape: codes.shape },
    ),
  };
}

/** What the texts of a checkpoint say. */
function described(metadata: Readonly<Record<string, string>>, source: string) {
  try {
    const config = JSON.parse(metadata.config) as StoredConfig;
    const { height, width } = JSON.parse(metadata.data) as { height: number; width: number };
    if (!(height > 0 && width > 0)) throw new RangeError("it has no size of images");
    const imageSize: Size = [height, width];
    return { config, imageSize, epoch: Number(metadata.epoch) };
  } catch (error) {
    throw new UserError(`${source} does not say what it holds: another program wrote it`, {
      cause: error,
    });
  }
}

/** Refuses a config with parts that this version has not. */
function checkTypes(config: StoredConfig, source: string): void {
  const { latent, prior, loss, encoder, decoder } = config;
  const layers = (name: string, all: readonly LayerConfig[]) =>
    all.map((layer, i) => [`${name}.${i}`, typeOf(layer), LAYERS] as const);
  const all: (readonly [path: string, type: string, table: object])[] = [
    ["latent", latent.type, LATENTS],
    ["prior", prior.type, PRIORS],
    ...loss.map(({ type }, i) => [`loss.${i}`, type, TERMS] as const),
    ...layers("encoder", encoder),
    ...layers("decoder", decoder),
  ];
  const unknown = all.find(([, type, table]) => !Object.hasOwn(table, type));
  if (unknown === undefined) return;
  const [path, type] = unknown;
  throw new UserError(
    `${source} has ${path}.type "${type}", which this version has not: take the one that trained it`,
  );
}

/** The noisy codes in the folder of a finished run. */
async function keptCodes(files: RunFiles) {
  const bytes = await files.read(CODES);
  if (bytes === undefined) return undefined;
  const source = `${files.name}, ${CODES}`;
  const z = decodeTensors(bytes, source).tensors.get("z");
  if (z === undefined) throw new UserError(`${source} has no array z`);
  const arrays: Arrays = new Map([["z", z]]);
  checkFinite(arrays, source);
  return z;
}

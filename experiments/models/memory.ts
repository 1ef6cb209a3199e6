/**
 * The memory that a run needs, computed from its config, so that a model that is too big is refused
 * before it is made.
 *
 * @module
 */

import type { Device } from "../../mod.ts";
import type { Architecture } from "./architecture.ts";
import { type DataSet, sizeOf } from "../data/images.ts";
import { UserError } from "../shell/errors.ts";
import { kindOf, parametersOf } from "./kinds.ts";
import * as LATENTS from "./latents/mod.ts";
import * as PRIORS from "./priors/mod.ts";
import { elementsOf, type Layer } from "./layer.ts";
import { type ImageSize, networksOf, pixelsOf } from "./networks.ts";
import * as TERMS from "./terms/mod.ts";

/** Bytes of a float32. */
const BYTES = 4;
/** The numbers that an optimizer keeps beside each parameter: Adam's are two moments. */
const MOMENTS = { adam: 2, adamw: 2, sgd: 1 };
/** The most bytes for the codes of the test images. */
const MOST_CODES = 2 ** 32;
/** Numbers that are kept for each dimension of a code: mean, scale and z. */
const CODES = 3;

/** A model with its optimizer. */
type Trained = Architecture & { readonly optimizer: { readonly type: keyof typeof MOMENTS } };

/** The layers of an autoencoder without the heads, and the sizes of what they take and give. */
function sizesOf(config: Architecture, image: ImageSize) {
  const { encoder, width, decoder, pixels } = networksOf(config, image);
  const toCode = encoder.layers;
  const fromCode = pixels === undefined ? decoder.layers : [...decoder.layers, pixels];
  const outputs = (layers: readonly Layer[]) =>
    layers.filter(({ isView }) => !isView).map(({ output }) => elementsOf(output));
  return {
    width,
    parameters: [...toCode, ...fromCode].flatMap(({ sizes }) => sizes),
    toCode: [pixelsOf(image), ...outputs(toCode)],
    fromCode: [config.latent.size, ...outputs(fromCode)],
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

/** The number of parameters of a config's model without masks. */
export function denseParameters(config: Architecture, image: ImageSize): number {
  const { latent, prior, loss } = config;
  const { width, parameters } = sizesOf(config, image);
  const heads = 2 * (width + 1) * latent.size;
  const more = parametersOf(LATENTS, latent, latent.size, width) +
    parametersOf(PRIORS, prior, latent.size, pixelsOf(image)) +
    sumOf(loss.map((term) => parametersOf(TERMS, term, latent.size, width)));
  return sumOf([...parameters, heads, more]);
}

/**
 * The bytes that training needs, an estimate that is seldom too high: the parameters with the
 * optimizer's state; and for a batch the output of each layer with its gradient. With several codes
 * of an image, its pixels are repeated for each code, unless a term weighs the codes of an image
 * differently.
 */
export function bytesOfTraining(
  config: Trained,
  image: ImageSize,
): { parameters: number; batch: number } {
  const { batch, samples, latent, loss } = config;
  const { toCode, fromCode } = sizesOf(config, image);
  const rows = batch * samples;
  const outputs = batch * (sumOf(toCode) + 2 * latent.size) + rows * sumOf(fromCode);
  const isRepeated = samples > 4 && !loss.some((term) => kindOf(TERMS, term).weighsCodes);
  return {
    parameters: BYTES * (1 + MOMENTS[config.optimizer.type]) * denseParameters(config, image),
    batch: BYTES * (2 * outputs + (isRepeated ? rows * pixelsOf(image) : 0)),
  };
}

/**
 * Asserts that a run can fit on a device.
 *
 * @throws {UserError} with the bytes that are needed and those that are available
 */
export function checkFits(config: Trained, data: DataSet, device: Device): void {
  const { batch, samples, latent } = config;
  const image = sizeOf(data);
  const { width, parameters, toCode, fromCode } = sizesOf(config, image);
  const rows = batch * samples;
  const needed = bytesOfTraining(config, image);
  const { total, buffer } = device.capacity;
  const bytes = (count: number) => `${count.toLocaleString("en")} bytes`;
  const fail = (what: string): never => {
    throw new UserError(`the config is too big for the ${device.name} device: ${what}`);
  };
  if (needed.parameters + needed.batch > total) {
    fail(
      `parameters with the optimizer's state take ${
        bytes(needed.parameters)
      } and a step of batch ${batch} ` +
        `and samples ${samples} takes ${bytes(needed.batch)}, but the device has ${bytes(total)}`,
    );
  }
  const largest = BYTES * Math.max(
    ...parameters,
    width * latent.size,
    batch * Math.max(...toCode),
    rows * Math.max(...fromCode),
  );
  if (largest > buffer) {
    fail(`an array takes ${bytes(largest)}, but the device allows ${bytes(buffer)}`);
  }
  const { test } = data;
  const codes = BYTES * CODES * test.count * latent.size;
  if (codes > MOST_CODES) {
    throw new UserError(
      `the config is too big: the codes of ${test.count} test images with latent.size ${latent.size} ` +
        `take ${bytes(codes)}, but at most ${bytes(MOST_CODES)} are allowed`,
    );
  }
}

/**
 * The memory that a run needs, computed from its config, so that a model that is too big is refused
 * before it is made.
 *
 * @module
 */

import type { Device } from "../../mod.ts";
import type { Architecture } from "./architecture.ts";
import type { DataSet } from "../data/images.ts";
import { UserError } from "../shell/errors.ts";
import { kindOf, parametersOf } from "./kinds.ts";
import * as LATENTS from "./latents/mod.ts";
import * as PRIORS from "./priors/mod.ts";
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

/**
 * The widths of the layers of the encoder, from the pixels on, and of the decoder, from the code to
 * the pixels.
 */
function widthsOf({ encoder, latent, decoder }: Architecture, pixels: number) {
  const units = (layers: Architecture["encoder"]) => layers.map(({ units }) => units);
  return {
    toCode: [pixels, ...units(encoder)],
    fromCode: [latent.size, ...units(decoder), pixels],
  };
}

/** The number of weights of each dense layer in a stack with these widths. */
function weightSizes(widths: readonly number[]): number[] {
  return widths.slice(1).map((width, i) => widths[i] * width);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

/** The number of parameters of a config's model without masks. */
export function denseParameters(config: Architecture, pixels: number): number {
  const { latent, prior, loss } = config;
  const { toCode, fromCode } = widthsOf(config, pixels);
  const width = toCode.at(-1)!;
  const heads = 2 * (width + 1) * latent.size;
  const biases = [...toCode.slice(1), ...fromCode.slice(1)];
  const more = parametersOf(LATENTS, latent, latent.size, width) +
    parametersOf(PRIORS, prior, latent.size, pixels) +
    sumOf(loss.map((term) => parametersOf(TERMS, term, latent.size, pixels)));
  return sumOf([...weightSizes(toCode), ...weightSizes(fromCode), ...biases, heads, more]);
}

/**
 * The bytes that training needs, an estimate that is seldom too high: the parameters with the
 * optimizer's state; and for a batch the output of each layer with its gradient. With several codes
 * of an image, its pixels are repeated for each code, unless a term weighs the codes of an image
 * differently.
 */
export function bytesOfTraining(
  config: Trained,
  pixels: number,
): { parameters: number; batch: number } {
  const { batch, samples, latent, loss } = config;
  const { toCode, fromCode } = widthsOf(config, pixels);
  const rows = batch * samples;
  const outputs = batch * (sumOf(toCode) + 2 * latent.size) + rows * sumOf(fromCode);
  const isRepeated = samples > 4 && !loss.some((term) => kindOf(TERMS, term).weighsCodes);
  return {
    parameters: BYTES * (1 + MOMENTS[config.optimizer.type]) * denseParameters(config, pixels),
    batch: BYTES * (2 * outputs + (isRepeated ? rows * pixels : 0)),
  };
}

/**
 * Asserts that a run can fit on a device.
 *
 * @throws {UserError} with the bytes that are needed and those that are available
 */
export function checkFits(config: Trained, { train, test }: DataSet, device: Device): void {
  const { batch, samples, latent } = config;
  const { toCode, fromCode } = widthsOf(config, train.pixels);
  const rows = batch * samples;
  const needed = bytesOfTraining(config, train.pixels);
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
    ...weightSizes(toCode),
    ...weightSizes(fromCode),
    toCode.at(-1)! * latent.size,
    batch * Math.max(...toCode),
    rows * Math.max(...fromCode),
  );
  if (largest > buffer) {
    fail(`an array takes ${bytes(largest)}, but the device allows ${bytes(buffer)}`);
  }
  const codes = BYTES * CODES * test.count * latent.size;
  if (codes > MOST_CODES) {
    throw new UserError(
      `the config is too big: the codes of ${test.count} test images with latent.size ${latent.size} ` +
        `take ${bytes(codes)}, but at most ${bytes(MOST_CODES)} are allowed`,
    );
  }
}

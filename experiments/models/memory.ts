/**
 * The memory that a run takes, from its config alone: a model that is too big is refused before it is made.
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

/** Bytes of a number. */
const BYTES = 4;
/** A parameter is kept with two moments by Adam. */
const COPIES = 3;
/** Bytes of the codes of the test images, at most. */
const MOST_CODES = 2 ** 32;
/** Numbers that a code is described by for each dimension: mean, scale and z. */
const CODES = 3;

/** The widths of what follows one another in the encoder and in the decoder, from pixels to pixels. */
function widthsOf({ encoder, latent, decoder }: Architecture, pixels: number) {
  const units = (layers: Architecture["encoder"]) => layers.map(({ units }) => units);
  return {
    toCode: [pixels, ...units(encoder)],
    fromCode: [latent.size, ...units(decoder), pixels],
  };
}

/** The sizes of the weights of dense layers between widths that follow one another. */
function weightSizes(widths: readonly number[]): number[] {
  return widths.slice(1).map((width, i) => widths[i] * width);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

/** How many numbers the model of a config would train for images of so many pixels, if nothing were masked. */
export function denseParameters(config: Architecture, pixels: number): number {
  const { latent, prior } = config;
  const { toCode, fromCode } = widthsOf(config, pixels);
  const width = toCode.at(-1)!;
  const heads = 2 * (width + 1) * latent.size;
  const biases = [...toCode.slice(1), ...fromCode.slice(1)];
  const more = parametersOf(LATENTS, latent, latent.size, width) +
    parametersOf(PRIORS, prior, latent.size, pixels);
  return sumOf([...weightSizes(toCode), ...weightSizes(fromCode), ...biases, heads, more]);
}

/**
 * The bytes that training takes, hardly ever less: parameters with Adam's moments; and, for a batch, what each layer says and the
 * gradient of it. Of many codes of an image, but for the importance bound, its pixels are repeated for each.
 */
export function bytesOfTraining(
  config: Architecture,
  pixels: number,
): { parameters: number; batch: number } {
  const { batch, samples, latent, loss } = config;
  const { toCode, fromCode } = widthsOf(config, pixels);
  const rows = batch * samples;
  const outputs = batch * (sumOf(toCode) + 2 * latent.size) + rows * sumOf(fromCode);
  const isRepeated = samples > 4 && !loss.some((term) => kindOf(TERMS, term).weighsCodes);
  return {
    parameters: BYTES * COPIES * denseParameters(config, pixels),
    batch: BYTES * (2 * outputs + (isRepeated ? rows * pixels : 0)),
  };
}

/**
 * Asserts that a run can fit a device.
 *
 * @throws {UserError} with the bytes that are needed and those that there are
 */
export function checkFits(config: Architecture, { train, test }: DataSet, device: Device): void {
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
      `parameters with Adam's moments take ${
        bytes(needed.parameters)
      } and a step of batch ${batch} ` +
        `and samples ${samples} takes ${bytes(needed.batch)}, but there are ${bytes(total)}`,
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
    fail(`an array takes ${bytes(largest)}, but one can have ${bytes(buffer)}`);
  }
  const codes = BYTES * CODES * test.count * latent.size;
  if (codes > MOST_CODES) {
    throw new UserError(
      `the config is too big: the codes of ${test.count} test images of latent.size ${latent.size} ` +
        `take ${bytes(codes)}, but there are ${bytes(MOST_CODES)}`,
    );
  }
}

/**
 * Codes of a trained model, as its decoder takes them: without noise, with noise, new ones, and
 * those between two.
 *
 * @module
 */

import { add, expandDims, type Key, mul, reshape, sub, type Tensor, tensor } from "../../mod.ts";
import type { Model, Params } from "../models/model.ts";
import { UserError } from "../shell/errors.ts";

/** Codes by name, each [n, latent]. */
export interface RunCodes extends Readonly<Record<string, Tensor>> {
  /** The codes as the decoder takes them: noisy if a key was given, otherwise without noise. */
  readonly z: Tensor;
  /** The mean, before a flow and before Echo's bound and gain. */
  readonly mean: Tensor;
}

/** The codes of a model. In all functions no row depends on another one. */
export interface Coder {
  /** Whether noise is made of codes, as Echo's: then `noisy` must be given noises. */
  readonly takesNoise: boolean;
  /** The codes of images [n, pixels] without noise. */
  still(params: Params, images: Tensor): RunCodes;
  /** The codes of images with noise: that of the key, or noises [n, latent]. */
  noisy(params: Params, images: Tensor, key: Key, noise?: Tensor): RunCodes;
  /** New codes from the prior. */
  draw(params: Params, count: number, key: Key): Tensor;
  /** Codes of the latent layer as the decoder takes them. */
  given(z: Tensor): Tensor;
}

/** The codes of a model. */
export function coderOf({ latent, prior, encoder }: Model): Coder {
  const given = (z: Tensor) => latent.decoded?.apply(z) ?? z;
  return {
    takesNoise: latent.codeOf !== undefined,
    still(params, images) {
      const encoded = encoder(params).encode(images);
      const z = given(latent.centre?.(params.latent, encoded) ?? encoded.mean);
      return { mean: encoded.mean, ...latent.statistics(encoded), z };
    },
    noisy(params, images, key, noise) {
      const encoded = encoder(params).encode(images);
      const z = noise === undefined
        ? latent.draw(params.latent, encoded, key, 1).z
        : reshape(latent.codeOf!(params.latent, encoded, expandDims(noise, 0)), noise.shape);
      return { mean: encoded.mean, ...latent.statistics(encoded), z: given(z) };
    },
    draw: (params, count, key) => given(prior.sample(params.prior, key, count, encoder(params))),
    given,
  };
}

/** The codes on the straight line from one to another, both among them, [n, steps, latent]. */
export function between(from: Tensor, to: Tensor, steps: number): Tensor {
  if (from.shape.join() !== to.shape.join()) {
    const [one, other] = [from, to].map(({ shape }) => `[${shape.join(", ")}]`);
    throw new UserError(`cannot interpolate between codes of shapes ${one} and ${other}`);
  }
  if (!(Number.isInteger(steps) && steps >= 2)) {
    throw new UserError(`the number of steps is ${steps}, but must be a whole number from 2 on`);
  }
  const weights = Float32Array.from({ length: steps }, (_, i) => i / (steps - 1));
  const along = tensor(weights, { shape: [1, steps, 1] });
  return add(expandDims(from, 1), mul(along, expandDims(sub(to, from), 1)));
}

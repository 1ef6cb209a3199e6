/**
 * The variational autoencoder's diagonal Gaussian: z = μ(x) + σ(x)·ε, with ε standard normal and ln σ² as the scale head.
 *
 * @module
 */

import {
  gaussianEntropy,
  gaussianKl,
  gaussianLogDensity,
  gaussianSample,
  type Key,
  vampLogDensity,
} from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import { type Drawn, type Encoded, type LatentKind, tile } from "../latent.ts";

/** Codes of the Gaussian, with their densities. */
export function drawGaussian(encoded: Encoded, key: Key, samples: number): Required<Drawn> {
  const [mean, logVariance] = [tile(encoded.mean, samples), tile(encoded.scale, samples)];
  const z = gaussianSample(key, mean, logVariance);
  return {
    z,
    logDensity: gaussianLogDensity(z, mean, logVariance),
    logMixture: ({ mean, scale: logVariance }, legacy) =>
      vampLogDensity(z, { mean, logVariance }, { legacy }),
  };
}

/** See above. */
export const gaussian: LatentKind<NoOptions> = {
  hasDensity: true,
  keys: {},
  make: () => ({
    hasMixtures: true,
    init: () => [],
    draw: (_, encoded, key, samples) => drawGaussian(encoded, key, samples),
    statistics: ({ mean, scale }) => ({ mean, logVariance: scale }),
    kl: ({ mean, scale }) => gaussianKl(mean, scale),
    entropy: ({ scale }) => gaussianEntropy(scale),
  }),
};

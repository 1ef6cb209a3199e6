/**
 * The diagonal Gaussian of variational autoencoders: z = μ(x) + σ(x)·ε with standard normal ε. The
 * scale head is ln σ².
 *
 * @module
 */

import { expandDims, type Key } from "../../../mod.ts";
import {
  gaussianEntropy,
  gaussianKl,
  gaussianLogDensity,
  gaussianSample,
  vampLogDensity,
} from "../../../lib/densities/mod.ts";
import type { NoOptions } from "../kinds.ts";
import {
  ACTIVE,
  type Column,
  columnMean,
  type DimensionRates,
  type Drawn,
  type Encoded,
  type LatentKind,
  tile,
} from "../latent.ts";

/** Draws Gaussian codes, with their densities. */
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

/**
 * The rates of Gaussian codes by dimension. Under a prior other than N(0, I) each is ½ log Var zⱼ −
 * ½ E log σⱼ², the divergence from the Gaussian with the moments of zⱼ. Every other Gaussian has a
 * larger divergence.
 */
export function gaussianRates(column: Column, size: number, isStandard: boolean): DimensionRates {
  const rate = (dimension: number) => {
    const [means, own] = [column("mean", dimension), column("logVariance", dimension)];
    const second = columnMean(means.map((m, i) => m ** 2 + Math.exp(own[i])));
    const logVariance = columnMean(own);
    if (isStandard) return 0.5 * (second - 1 - logVariance);
    return 0.5 * (Math.log(second - columnMean(means) ** 2) - logVariance);
  };
  return {
    measure: isStandard ? "divergence" : "bound",
    nats: Array.from({ length: size }, (_, j) => rate(j)),
  };
}

/** The number of dimensions whose mean has a variance over images above {@linkcode ACTIVE}. */
export const gaussianActiveUnits = (column: Column, size: number): number =>
  Array.from({ length: size }, (_, j) => varianceOf(column("mean", j)))
    .filter((variance) => variance > ACTIVE).length;

function varianceOf(values: Float64Array): number {
  const centre = columnMean(values);
  return columnMean(values.map((value) => (value - centre) ** 2));
}

/** The diagonal Gaussian. */
export const gaussian: LatentKind<NoOptions> = {
  hasDensity: true,
  keys: () => ({}),
  make: (_, size) => ({
    hasMixtures: true,
    init: () => [],
    draw: (_, encoded, key, samples) => drawGaussian(encoded, key, samples),
    statistics: ({ mean, scale }) => ({ mean, logVariance: scale }),
    kl: ({ mean, scale }) => gaussianKl(mean, scale),
    dimensionRates: ({ mean, scale }, isStandard) =>
      isStandard ? gaussianKl(expandDims(mean, 2), expandDims(scale, 2)) : undefined,
    entropy: ({ scale }) => gaussianEntropy(scale),
    ratesByDimension: (column, isStandard) => gaussianRates(column, size, isStandard),
    activeUnits: (column) => gaussianActiveUnits(column, size),
  }),
};

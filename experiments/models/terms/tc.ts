/**
 * The total correlation of the codes, KL(q(z) ‖ Π q(zⱼ)) in nats, by a discriminator, as in
 * FactorVAE (Kim and Mnih, "Disentangling by factorising", ICML 2018).
 *
 * The discriminator learns to tell codes from codes whose dimensions are permuted, each on its own,
 * among the codes of the batch; such codes are draws from the product of the marginals. Its logit is
 * then log q(z) / Π q(zⱼ), so the mean logit of codes estimates the total correlation (eq. 3). Until
 * it has learned that, the estimate is too low.
 *
 * Both are trained by the same optimizer in the same step: the mean logit changes the model alone,
 * the discriminator's loss the discriminator alone. In the paper the permuted codes come from a
 * second batch.
 *
 * @module
 */

import {
  add,
  type Dense,
  dense,
  heUniform,
  initDense,
  type Key,
  max,
  mean,
  mul,
  neg,
  permutations,
  softplus,
  split,
  stopGradient,
  takeAlongAxis,
  type Tensor,
  transpose,
  treeMap,
} from "../../../mod.ts";
import { MOST_LAYERS } from "../keys.ts";
import type { Pass, TermKind } from "../term.ts";

/** The options of the term: the hidden layers of the discriminator; in the paper 6 of 1000 units. */
export interface TcConfig {
  layers: number;
  units: number;
}

/** The slope of the discriminator's activation below 0. */
const LEAK = 0.2;

/** The logit of each code, [rows, latent] to [rows, 1]. */
function discriminate(own: readonly Dense[], z: Tensor): Tensor {
  const leaky = (x: Tensor) => max(x, mul(x, LEAK));
  return own.reduce((x, layer, i) => dense(layer, i === 0 ? x : leaky(x)), z);
}

/** Permutes each dimension among the rows, [rows, latent]. */
function permuted(z: Tensor, key: Key): Tensor {
  const [rows, latent] = z.shape;
  return takeAlongAxis(z, transpose(permutations(key, latent, rows)), 0);
}

/** The total correlation. */
export const tc: TermKind<TcConfig> = {
  keys: ({ count }) => ({
    layers: count.max(MOST_LAYERS).default(3),
    units: count.default(200),
  }),
  problem(_, config, path) {
    if (config.latent.size > 1) return undefined;
    return `${path}.type: one dimension has no total correlation: expected latent.size of at least 2`;
  },
  parameters: (options, size) => weightsOf(options, size) + options.layers * options.units + 1,
  // Two for a multiplication and its addition: the value takes them forwards and back to the code;
  // the discriminator's loss forwards, to its weights and to its layers, of codes and permuted ones.
  operations: (options, size) => (2 * 2 + 2 * 3 * 2) * weightsOf(options, size),
  make: (options, { size }) => ({
    init(key) {
      const widths = widthsOf(options, size), keys = split(key, widths.length - 1);
      return keys.map((key, i) => initDense(key, widths[i], widths[i + 1], heUniform));
    },
    value: ({ own, drawn: { z } }) => mean(discriminate(treeMap(stopGradient, own as Dense[]), z)),
    ownLoss({ own, drawn, key }: Pass) {
      const z = stopGradient(drawn.z);
      // The cross-entropy: −log σ(logit) of codes, −log(1 − σ(logit)) of permuted ones.
      const ofCodes = softplus(neg(discriminate(own as Dense[], z)));
      const ofPermuted = softplus(discriminate(own as Dense[], permuted(z, key)));
      return mul(add(mean(ofCodes), mean(ofPermuted)), 0.5);
    },
  }),
};

/** The number of weights of the discriminator, without biases. */
function weightsOf(options: TcConfig, size: number): number {
  const widths = widthsOf(options, size);
  return widths.slice(1).reduce((sum, width, i) => sum + width * widths[i], 0);
}

/** The widths of the discriminator, from the code to the logit. */
const widthsOf = ({ layers, units }: TcConfig, size: number): number[] => [
  size,
  ...Array.from({ length: layers }, () => units),
  1,
];

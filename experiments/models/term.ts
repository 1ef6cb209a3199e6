/**
 * Terms of the loss: each computes a scalar from a pass of a batch through the model.
 *
 * @module
 */

import { type Key, reshape, sub, type Tensor } from "../../mod.ts";
import { type Kind, kindOf, type Surroundings } from "./kinds.ts";
import type { Drawn, Encoded, Latent } from "./latent.ts";
import * as PRIORS from "./priors/mod.ts";
import { hasDensity, latentOf } from "./rules.ts";

/**
 * A pass of a batch through the model. With `samples` codes of each image there are samples · batch
 * rows.
 */
export interface Pass {
  readonly encoded: Encoded;
  readonly drawn: Drawn;
  readonly samples: number;
  /** −log p(x|z) in nats, [rows]. */
  readonly distortion: Tensor;
  /** log p(z) in nats, [rows]. */
  readonly logPrior: Tensor;
  /** The term's own randomness. */
  readonly key: Key;
  /** The term's own parameters, if it has any. */
  readonly own?: unknown;
  /** Samples from the prior, [count, latent]. */
  samplePrior(key: Key, count: number): Tensor;
}

/**
 * The parts of the model that terms depend on: the latent layer and its size, whether its density is
 * known, and whether the prior is N(0, I).
 */
export interface TermParts {
  readonly size: number;
  readonly latent: Latent;
  readonly hasDensity: boolean;
  readonly isStandard: boolean;
}

/** The parts of a config's model that its terms depend on. */
export const termParts = (config: Surroundings, latent: Latent = latentOf(config)): TermParts => ({
  latent,
  size: config.latent.size,
  hasDensity: hasDensity(config),
  isStandard: kindOf(PRIORS, config.prior).isStandard ?? false,
});

/** A term of the loss. */
export interface Term {
  /** Its value, averaged over the batch. */
  value(pass: Pass): Tensor;
  /** What the loss has in its place, if that is something else. */
  penalty?(pass: Pass): Tensor;
  /** Its own parameters, a tree that only the term reads, if it has any. */
  init?(key: Key): unknown;
  /**
   * What its own parameters minimise. It must have no gradient to others, and the value of the term
   * none to its own.
   */
  ownLoss?(pass: Pass): Tensor;
}

/** A kind of term. */
export interface TermKind<Options> extends Kind<Options, [parts: TermParts], Term> {
  /**
   * The part of −ELBO that the term is, if any. Every model reports both parts; β is the weight of
   * the rate.
   */
  readonly part?: "rate" | "distortion";
  /**
   * Whether the codes of an image have different weights in the gradient. Then the pixels are not
   * repeated for each code.
   */
  readonly weighsCodes?: boolean;
}

/** log p(x|z) + log p(z) − log q(z|x), [samples, batch]; the latent layer must have a density. */
export function logWeights({ drawn, samples, distortion, logPrior }: Pass): Tensor {
  const weights = sub(sub(logPrior, drawn.logDensity!), distortion);
  return reshape(weights, [samples, weights.size / samples]);
}

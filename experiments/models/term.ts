/**
 * What a term of the loss is: a scalar, from a pass of a batch through the model.
 *
 * @module
 */

import { type Key, reshape, sub, type Tensor } from "../../mod.ts";
import type { Kind } from "./kinds.ts";
import type { Drawn, Encoded, Latent } from "./latent.ts";

/** A pass of a batch: with `samples` codes of each image there are samples · batch rows. */
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
  /** So many samples of the prior, [count, latent]. */
  samplePrior(key: Key, count: number): Tensor;
}

/** What a term is made of: the latent layer, whether its density is known, and whether the prior is N(0, I). */
export interface Parts {
  readonly latent: Latent;
  readonly hasDensity: boolean;
  readonly isStandard: boolean;
}

/** A term of the loss. */
export interface Term {
  /** Its value, averaged over the batch. */
  value(pass: Pass): Tensor;
}

/** A kind of term. */
export type TermKind<Options> = Kind<Options, [parts: Parts], Term>;

/** log p(x|z) + log p(z) − log q(z|x) of a latent of known density, [samples, batch]. */
export function logWeights({ drawn, samples, distortion, logPrior }: Pass): Tensor {
  const weights = sub(sub(logPrior, drawn.logDensity!), distortion);
  return reshape(weights, [samples, weights.size / samples]);
}

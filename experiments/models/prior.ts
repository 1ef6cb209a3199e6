/**
 * Priors: a density of codes, and samples from it.
 *
 * @module
 */

import type { Key, Tensor } from "../../mod.ts";
import type { Kind } from "./kinds.ts";
import type { Drawn, Encoded } from "./latent.ts";

/** The model's own encoder, which a prior may use. */
export interface Encoder {
  encode(images: Tensor): Encoded;
  /** A code of each encoded image, [batch, latent]. */
  draw(encoded: Encoded, key: Key): Tensor;
}

/** A prior of codes. */
export interface Prior {
  /** The number of training images that its parameters start from. */
  readonly examples: number;
  /** Its parameters, a tree that only the prior itself reads. */
  init(key: Key, examples: Tensor): unknown;
  /** log p(z) of codes in nats, [rows]. */
  logDensity(own: unknown, drawn: Drawn, encoder: Encoder): Tensor;
  /** Samples, [count, latent]. */
  sample(own: unknown, key: Key, count: number, encoder: Encoder): Tensor;
}

/** A kind of prior, for codes of `size` dimensions. */
export interface PriorKind<Options> extends Kind<Options, [size: number], Prior> {
  /** Whether it is N(0, I), from which some latent layers know their divergence in closed form. */
  readonly isStandard?: boolean;
}

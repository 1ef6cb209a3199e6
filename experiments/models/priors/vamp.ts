/**
 * The VampPrior (Tomczak and Welling, AISTATS 2018): the mean of q(z|uₖ) over K learned
 * pseudo-inputs uₖ.
 *
 * The pseudo-inputs start as different training images. The parameters are the logits of their
 * pixels, so that a sigmoid keeps the pixels in (0, 1); a pixel of 0 or 1 starts as .01 or .99.
 *
 * @module
 */

import { add, log, mul, randomInts, sigmoid, split, sub, take, type Tensor } from "../../../mod.ts";
import type { Encoded } from "../latent.ts";
import type { PriorKind } from "../prior.ts";
import { needsDensity, needsMixtures } from "../rules.ts";

/** The options of the prior. */
export interface VampConfig {
  /** The number of pseudo-inputs. */
  inputs: number;
  /**
   * Whether the density is the mean of log q(z|uₖ), as in the original, instead of the logarithm of
   * the mean.
   */
  legacy: boolean;
}

/** The parameters: logits of pixels, [inputs, pixels]. */
interface Own {
  readonly inputs: Tensor;
}

/** The smallest distance of an initial pixel from 0 and 1. */
const MARGIN = 0.01;

/** The VampPrior. */
export const vamp: PriorKind<VampConfig> = {
  keys: ({ count, flag }) => ({ inputs: count.default(750), legacy: flag.default(false) }),
  problem: (_, config, path) =>
    needsDensity(config, `${path}.type`, "a learned prior") ??
      needsMixtures(config, `${path}.type`, "a vamp prior"),
  parameters: ({ inputs }, _, pixels) => inputs * pixels,
  make: ({ inputs, legacy }) => ({
    examples: inputs,
    init(_, examples): Own {
      const pixels = add(mul(examples, 1 - 2 * MARGIN), MARGIN);
      return { inputs: sub(log(pixels), log(sub(1, pixels))) };
    },
    logDensity: (own: Own, drawn, { encode }) =>
      drawn.logMixture!(encode(sigmoid(own.inputs)), legacy),
    sample(own: Own, key, count, { encode, draw }) {
      const [choosing, drawing] = split(key);
      const chosen = randomInts(choosing, [count], inputs);
      const { mean, scale, hidden } = encode(sigmoid(own.inputs));
      const rows: Encoded = {
        mean: take(mean, chosen),
        scale: take(scale, chosen),
        hidden: take(hidden, chosen),
      };
      return draw(rows, drawing);
    },
  }),
};

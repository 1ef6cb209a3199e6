/**
 * The squared maximum mean discrepancy between the codes of a batch and samples of N(0, I) or of
 * the prior, as in InfoVAE (Zhao, Song and Ermon, 2017). Samples of a learned prior carry the
 * gradient to the prior; samples of a MAF are slow to draw.
 *
 * @module
 */

import { normal } from "../../../mod.ts";
import { squaredMmd } from "../../../lib/densities/mod.ts";
import type { TermKind } from "../term.ts";

/** The options of the term. */
export interface MmdConfig {
  /** h in the kernel exp(−‖a − b‖²/h); the squared size of the latent layer if it is left out. */
  bandwidth?: number;
  /** Whether the kernel of each code with itself is left out (unbiased) or included (biased). */
  estimator: "unbiased" | "biased";
  /** The samples that codes are compared with: of N(0, I) or of the prior. */
  against: "standard" | "prior";
}

/** The squared maximum mean discrepancy. */
export const mmd: TermKind<MmdConfig> = {
  keys: ({ positive, oneOf }) => ({
    bandwidth: positive.optional(),
    estimator: oneOf("unbiased", "biased").default("unbiased"),
    against: oneOf("standard", "prior").default("standard"),
  }),
  make: ({ bandwidth, estimator, against }) => ({
    value({ drawn: { z }, key, samplePrior }) {
      const others = against === "standard" ? normal(key, z.shape) : samplePrior(key, z.shape[0]);
      return squaredMmd(z, others, { bandwidth, estimator });
    },
  }),
};

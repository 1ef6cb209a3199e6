/**
 * The squared maximum mean discrepancy between the codes of a batch and samples of N(0, I) or of the prior, as in InfoVAE (Zhao,
 * Song and Ermon, 2017). Through samples of a learned prior the gradient reaches the prior; those of a MAF are slow to draw.
 *
 * @module
 */

import { z } from "zod";
import { normal, squaredMmd } from "../../../mod.ts";
import { positive } from "../../shell/keys.ts";
import type { TermKind } from "../term.ts";

/** What a config may say of it. */
export interface MmdConfig {
  /** h of the kernel exp(−‖a − b‖²/h); the squared size of the latent where it is left out. */
  bandwidth?: number;
  /** Without or with each code's kernel with itself. */
  estimator: "unbiased" | "biased";
  /** What the codes are held against. */
  against: "standard" | "prior";
}

/** See above. */
export const mmd: TermKind<MmdConfig> = {
  keys: {
    bandwidth: positive.optional(),
    estimator: z.enum(["unbiased", "biased"]).default("unbiased"),
    against: z.enum(["standard", "prior"]).default("standard"),
  },
  make: ({ bandwidth, estimator, against }) => ({
    value({ drawn: { z }, key, samplePrior }) {
      const others = against === "standard" ? normal(key, z.shape) : samplePrior(key, z.shape[0]);
      return squaredMmd(z, others, { bandwidth, estimator });
    },
  }),
};

/**
 * Multiplicative Gaussian noise, "information dropout": the decoder is given e^z of the Gaussian latent.
 *
 * Priors, rates and MMD are of z = log e^z, which loses nothing: they are the same for the code as for its logarithm.
 *
 * @module
 */

import type { NoOptions } from "../kinds.ts";
import { exponential, type LatentKind } from "../latent.ts";
import { gaussian } from "./gaussian.ts";

/** See above. */
export const multiplicative: LatentKind<NoOptions> = {
  ...gaussian,
  make: (...args) => ({ ...gaussian.make(...args), decoded: exponential }),
};

/**
 * Multiplicative Gaussian noise, "information dropout": the decoder is given e^z of a Gaussian code
 * z.
 *
 * Priors, rates and MMD are those of z. The rates of z and e^z are equal, since e^z is a bijection.
 *
 * @module
 */

import type { NoOptions } from "../kinds.ts";
import { exponential, type LatentKind } from "../latent.ts";
import { gaussian } from "./gaussian.ts";

/** The Gaussian whose decoder is given e^z. */
export const multiplicative: LatentKind<NoOptions> = {
  ...gaussian,
  make: (...args) => ({ ...gaussian.make(...args), decoded: exponential }),
};

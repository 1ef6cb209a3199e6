/**
 * Rules about parts of a config that must fit together, and the messages for those that do not.
 *
 * @module
 */

import { kindOf, make, type Surroundings } from "./kinds.ts";
import type { Latent } from "./latent.ts";
import * as LATENTS from "./latents/mod.ts";

/**
 * The latent layer of a config, behind an encoder of `width` units. The width matters for the
 * parameters of some layers, and for no rule.
 */
export function latentOf({ latent, batch }: Surroundings, width = 1): Latent {
  return make(LATENTS, latent, latent.size, width, batch);
}

/** Whether log q(z|x) is known for the codes of a config. */
export const hasDensity = ({ latent }: Surroundings): boolean => kindOf(LATENTS, latent).hasDensity;

/** The message for a config whose latent layer must have a known log q(z|x), but does not. */
export function needsDensity(config: Surroundings, path: string, what: string): string | undefined {
  if (hasDensity(config)) return undefined;
  const known = Object.entries(LATENTS).filter(([, { hasDensity }]) => hasDensity);
  const names = known.map(([type]) => type).join(", ");
  return `${path}: ${what} needs a latent layer with a known density (${names}), but latent.type is "${config.latent.type}"`;
}

/**
 * The message for a config whose latent layer must have mixtures ({@linkcode Latent.hasMixtures}),
 * but has none.
 */
export function needsMixtures(
  config: Surroundings,
  path: string,
  what: string,
): string | undefined {
  if (latentOf(config).hasMixtures) return undefined;
  return `${path}: ${what} needs a flow that is the same for all images: latent.context must be false`;
}

/**
 * What must go together in a config, and the sentences where it does not.
 *
 * @module
 */

import { kindOf, make, type Surroundings } from "./kinds.ts";
import type { Latent } from "./latent.ts";
import * as LATENTS from "./latents/mod.ts";

/** The latent layer of a config, for images of so many pixels; no rule depends on their number. */
export function latentOf({ latent, encoder }: Surroundings, pixels = 1): Latent {
  return make(LATENTS, latent, latent.size, encoder.at(-1)?.units ?? pixels);
}

/** Whether the codes of a config have a known log q(z|x). */
export const hasDensity = ({ latent }: Surroundings): boolean => kindOf(LATENTS, latent).hasDensity;

/** Needs a latent whose log q(z|x) is known. */
export function needsDensity(config: Surroundings, path: string, what: string): string | undefined {
  if (hasDensity(config)) return undefined;
  const known = Object.entries(LATENTS).filter(([, { hasDensity }]) => hasDensity);
  const names = known.map(([type]) => type).join(", ");
  return `${path}: ${what} needs a latent of known density (${names}), but latent.type is "${config.latent.type}"`;
}

/** Needs a latent of which the mean density of many encodings is known, too. */
export function needsMixtures(
  config: Surroundings,
  path: string,
  what: string,
): string | undefined {
  if (latentOf(config).hasMixtures) return undefined;
  return `${path}: ${what} needs a latent whose flow is the same for all images, so latent.context must be false`;
}

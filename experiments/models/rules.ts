/**
 * What must go together in a config, and the sentences where it does not.
 *
 * @module
 */

import { make, type Surroundings } from "./kinds.ts";
import * as LATENTS from "./latents/mod.ts";
import type { Parts } from "./term.ts";

/** What terms are made of in a model of a config, for images of so many pixels; how many plays no part in a rule. */
export function partsOf({ latent, prior, encoder }: Surroundings, pixels = 1): Parts {
  const width = encoder.at(-1)?.units ?? pixels;
  return {
    latent: make(LATENTS, latent, latent.size, width),
    hasDensity: kindOf(latent).hasDensity,
    isStandard: prior.type === "standard",
  };
}

const kindOf = ({ type }: { readonly type: string }) => LATENTS[type as keyof typeof LATENTS];

/** Whether the codes of a config have a known log q(z|x). */
export const hasDensity = ({ latent }: Surroundings): boolean => kindOf(latent).hasDensity;

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
  if (partsOf(config).latent.hasMixtures) return undefined;
  return `${path}: ${what} needs a latent whose flow is the same for all images, so latent.context must be false`;
}

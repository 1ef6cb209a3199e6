/**
 * What must go together in a config, and the sentences where it does not.
 *
 * @module
 */

import type { Config } from "../config.ts";

/** Needs a latent whose log q(z|x) is known. */
export function needsDensity({ latent }: Config, path: string, what: string): string | undefined {
  if (latent.type !== "echo") return undefined;
  return `${path}: ${what} needs a latent of known density (gaussian, iaf or multiplicative), but latent.type is "echo"`;
}

/** Needs a latent whose density is known at the codes of other images. */
export function needsMixtures({ latent }: Config, path: string, what: string): string | undefined {
  if (latent.type !== "iaf" || !latent.context) return undefined;
  return `${path}: ${what} needs a latent that is one bijection of a Gaussian, but latent.context is true: the flow differs from image to image`;
}

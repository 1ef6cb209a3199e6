/**
 * Additive and multiplicative noise: whether the decoder is given a code z or e^z.
 *
 * @module
 */

import type { LatentConfig } from "./architecture.ts";

/** The kinds of noise, the values of `--noise`. */
export const NOISES = ["additive", "multiplicative"] as const;

/** A kind of noise. */
export type Noise = typeof NOISES[number];

/** The latent layer with this noise; undefined if there is none of its type. */
export function withNoise(latent: LatentConfig, noise: Noise): LatentConfig | undefined {
  const multiplicative = noise === "multiplicative";
  switch (latent.type) {
    case "echo":
    case "echo_matrix":
      return { ...latent, multiplicative };
    case "gaussian":
    case "multiplicative":
      return { ...latent, type: multiplicative ? "multiplicative" : "gaussian" };
    case "iaf":
      return multiplicative ? undefined : latent;
  }
}

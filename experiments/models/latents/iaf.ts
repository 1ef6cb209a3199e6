/**
 * An inverse autoregressive flow on a Gaussian base (Kingma et al., "Improved variational inference with inverse
 * autoregressive flow", NeurIPS 2016): z = T(u), u = μ(x) + σ(x)·ε, log q(z|x) = log N(u; μ, σ²) − log |det ∂T/∂u|.
 *
 * Without context T is the same for all images, as in the original of Echo: a Gaussian encoder, and a bijection that could as
 * well belong to the decoder. With context T depends on the encoder's last hidden layer.
 *
 * @module
 */

import { z } from "zod";
import { type FlowParams, sub } from "../../../mod.ts";
import { type FlowConfig, flowKeys, flowParameters, makeFlow } from "../flows.ts";
import { type LatentKind, tile } from "../latent.ts";
import { drawGaussian, gaussianRates } from "./gaussian.ts";

/** What a config may say of it. */
export interface IafOptions extends FlowConfig {
  /** Whether the flow depends on the image. */
  context: boolean;
}

/** See above. */
export const iaf: LatentKind<IafOptions> = {
  hasDensity: true,
  keys: { ...flowKeys, context: z.boolean().default(false) },
  parameters: (options, size, width) => flowParameters(options, size, options.context ? width : 0),
  make(options, size, width) {
    const { context } = options;
    const flow = makeFlow(options, size, context ? width : 0);
    return {
      hasMixtures: !context,
      init: (key) => flow().init(key),
      draw(own: FlowParams, encoded, key, samples) {
        const base = drawGaussian(encoded, key, samples);
        const about = context ? tile(encoded.hidden, samples) : undefined;
        const { y: z, logDeterminant } = flow().forward(own, base.z, about);
        return {
          z,
          logDensity: sub(base.logDensity, logDeterminant),
          // One bijection for all images: the density of each is the base's, and they share the determinant.
          logMixture: context
            ? undefined
            : (others, legacy) => sub(base.logMixture(others, legacy), logDeterminant),
        };
      },
      statistics: ({ mean, scale }) => ({ mean, logVariance: scale }),
      // The statistics are those of the base, in front of the flow: no divergence from the prior.
      ratesByDimension: (column) => gaussianRates(column, size, false),
    };
  },
};

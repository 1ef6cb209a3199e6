/**
 * An inverse autoregressive flow on a Gaussian base (Kingma et al., "Improved variational inference
 * with inverse autoregressive flow", NeurIPS 2016): z = T(u), u = μ(x) + σ(x)·ε, log q(z|x) = log
 * N(u; μ, σ²) − log |det ∂T/∂u|.
 *
 * Without context T is the same for all images, as in the original of Echo. The encoder is then
 * Gaussian, and T could just as well belong to the decoder. With context T depends on the encoder's
 * last hidden layer.
 *
 * @module
 */

import { sub } from "../../../mod.ts";
import type { FlowParams } from "../../../lib/densities/mod.ts";
import { type FlowConfig, flowKeys, flowParameters, makeFlow } from "../flows.ts";
import { type LatentKind, tile } from "../latent.ts";
import { drawGaussian, gaussianActiveUnits, gaussianRates } from "./gaussian.ts";

/** The options of the layer. */
export interface IafOptions extends FlowConfig {
  /** Whether the flow depends on the image. */
  context: boolean;
}

/** The inverse autoregressive flow. */
export const iaf: LatentKind<IafOptions> = {
  hasDensity: true,
  keys: (rules) => ({ ...flowKeys(rules), context: rules.flag.default(false) }),
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
          // T is the same for all images, so their densities share one determinant.
          logMixture: context
            ? undefined
            : (others, legacy) => sub(base.logMixture(others, legacy), logDeterminant),
        };
      },
      centre(own: FlowParams, { mean, hidden }) {
        return flow().forward(own, mean, context ? hidden : undefined).y;
      },
      statistics: ({ mean, scale }) => ({ mean, logVariance: scale }),
      // The statistics describe u, to which the prior of z does not apply.
      ratesByDimension: (column) => gaussianRates(column, size, false),
      activeUnits: (column) => gaussianActiveUnits(column, size),
    };
  },
};

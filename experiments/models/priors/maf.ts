/**
 * A masked autoregressive flow (Papamakarios, Pavlakou and Murray, NeurIPS 2017): log p(z) = log
 * N(T(z); 0, I) + log |det ∂T/∂z|. Samples come from the inverse of the flow, one dimension after
 * another.
 *
 * @module
 */

import { add, normal } from "../../../mod.ts";
import { type FlowParams, standardNormalLogDensity } from "../../../lib/densities/mod.ts";
import { type FlowConfig, flowKeys, flowParameters, makeFlow } from "../flows.ts";
import type { PriorKind } from "../prior.ts";
import { needsDensity } from "../rules.ts";

/**
 * The most passes through the network for a sample; 2000 passes in sequence take a minute to
 * compile.
 */
const MOST_PASSES = 2000;

/** The masked autoregressive flow. */
export const maf: PriorKind<FlowConfig> = {
  keys: flowKeys,
  problem({ steps }, config, path) {
    const { size } = config.latent;
    if (steps * size > MOST_PASSES) {
      return `${path}.type: a sample from a maf takes latent.size · ${path}.steps passes, at most ${MOST_PASSES}, but found ${size} · ${steps}`;
    }
    return needsDensity(config, `${path}.type`, "a learned prior");
  },
  parameters: (options, size) => flowParameters(options, size),
  make(options, size) {
    const flow = makeFlow(options, size);
    return {
      examples: 0,
      init: (key) => flow().init(key),
      logDensity(own: FlowParams, { z }) {
        const { y, logDeterminant } = flow().forward(own, z);
        return add(standardNormalLogDensity(y), logDeterminant);
      },
      sample: (own: FlowParams, key, count) => flow().inverse(own, normal(key, [count, size])),
    };
  },
};

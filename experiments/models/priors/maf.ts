/**
 * A masked autoregressive flow (Papamakarios, Pavlakou and Murray, NeurIPS 2017): log p(z) = log N(T(z); 0, I) +
 * log |det ∂T/∂z|. It is sampled by the flow's sequential inverse.
 *
 * @module
 */

import { add, type FlowParams, normal, standardNormalLogDensity } from "../../../mod.ts";
import { type FlowConfig, flowKeys, flowParameters, makeFlow } from "../flows.ts";
import type { PriorKind } from "../prior.ts";
import { needsDensity } from "../rules.ts";

/** Passes through the network of which a sample can be made, one after another: they are compiled for a minute. */
const MOST_PASSES = 2000;

/** See above. */
export const maf: PriorKind<FlowConfig> = {
  keys: flowKeys,
  problem({ steps }, config, path) {
    const { size } = config.latent;
    if (steps * size > MOST_PASSES) {
      return `${path}.type: a sample of a maf takes latent.size · ${path}.steps passes, of which ${MOST_PASSES} are possible, but found ${size} · ${steps}`;
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

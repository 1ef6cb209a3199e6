/**
 * A masked autoregressive flow (Papamakarios, Pavlakou and Murray, NeurIPS 2017): log p(z) = log N(T(z); 0, I) +
 * log |det ∂T/∂z|. It is sampled by the flow's sequential inverse.
 *
 * @module
 */

import { add, type FlowParams, normal, standardNormalLogDensity } from "../../../mod.ts";
import { type FlowConfig, flowKeys, makeFlow } from "../flows.ts";
import type { PriorKind } from "../prior.ts";
import { needsDensity } from "../rules.ts";

/** See above. */
export const maf: PriorKind<FlowConfig> = {
  keys: flowKeys,
  problem: (_, config, path) => needsDensity(config, `${path}.type`, "a learned prior"),
  make(options, size) {
    const flow = makeFlow(options, size);
    return {
      examples: 0,
      denseParameters: flow.denseParameters,
      init: (key) => flow.init(key),
      logDensity(own: FlowParams, { z }) {
        const { y, logDeterminant } = flow.forward(own, z);
        return add(standardNormalLogDensity(y), logDeterminant);
      },
      sample: (own: FlowParams, key, count) => flow.inverse(own, normal(key, [count, size])),
    };
  },
};

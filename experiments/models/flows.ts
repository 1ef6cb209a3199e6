/**
 * Autoregressive flows from a config. The IAF of a latent layer and the MAF of a prior have the
 * same keys.
 *
 * @module
 */

import { autoregressiveFlow, type Flow } from "../../lib/densities/mod.ts";
import { type ActivationName, activationRule, ACTIVATIONS } from "./activations.ts";
import { type Keys, MOST_LAYERS, type Rules } from "./keys.ts";

/** The options of a flow. */
export interface FlowConfig {
  /** The number of transforms, applied one after another. */
  steps: number;
  /** The units of the hidden layers in the MADE of each transform. */
  hidden: number[];
  /** Whether transforms only shift and do not scale, so that they preserve volume. */
  shiftOnly: boolean;
  /** Whether the order of the dimensions is reversed between two transforms. */
  reverse: boolean;
  activation: ActivationName;
}

/** The keys of a flow, with the defaults of the original. */
export const flowKeys = (rules: Rules): Keys<FlowConfig> => ({
  steps: rules.count.max(MOST_LAYERS).default(4),
  hidden: rules.list(rules.count).min(1).max(MOST_LAYERS).default([640, 640, 640]),
  shiftOnly: rules.flag.default(true),
  reverse: rules.flag.default(true),
  activation: activationRule(rules).default("relu"),
});

/** The number of parameters that a flow would have without masks. */
export function flowParameters(
  { steps, hidden, shiftOnly }: FlowConfig,
  dimensions: number,
  context = 0,
): number {
  const widths = [context + dimensions, ...hidden, (shiftOnly ? 1 : 2) * dimensions];
  const layers = widths.slice(1).map((width, i) => (widths[i] + 1) * width);
  return steps * layers.reduce((sum, size) => sum + size, 0);
}

/**
 * The flow of a config. It is made at the first call, since its masks take time and a config that
 * is only checked needs none.
 *
 * @param dimensions of the codes
 * @param context the number of inputs that the flow depends on beside the code
 */
export function makeFlow(
  { steps, hidden, shiftOnly, reverse, activation }: FlowConfig,
  dimensions: number,
  context = 0,
): () => Flow {
  const options = { steps, hidden, shiftOnly, reverse, activation: ACTIVATIONS[activation] };
  let flow: Flow | undefined;
  return () => flow ??= autoregressiveFlow({ ...options, dimensions, context });
}

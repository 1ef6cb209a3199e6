/**
 * Autoregressive flows, as a config describes them: the IAF of a latent layer and the MAF of a prior have the same keys.
 *
 * @module
 */

import { z } from "zod";
import { autoregressiveFlow, type Flow } from "../../mod.ts";
import { count, type Keys, MOST_LAYERS } from "../shell/keys.ts";
import { activation, type ActivationName, ACTIVATIONS } from "./layers.ts";

/** What a config may say of a flow. */
export interface FlowConfig {
  /** Transforms, one after another. */
  steps: number;
  /** Units of each hidden layer of each transform's MADE. */
  hidden: number[];
  /** Whether volumes are preserved: no scales. */
  shiftOnly: boolean;
  /** Whether the order of the dimensions is reversed between two transforms. */
  reverse: boolean;
  activation: ActivationName;
}

/** Its keys, with the original's values as defaults. */
export const flowKeys: Keys<FlowConfig> = {
  steps: count.max(MOST_LAYERS).default(4),
  hidden: z.array(count).min(1).max(MOST_LAYERS).default([640, 640, 640]),
  shiftOnly: z.boolean().default(true),
  reverse: z.boolean().default(true),
  activation: activation.default("relu"),
};

/** How many numbers a flow would train without masks. */
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
 * The flow of a config, between codes of so many dimensions, depending on a context of so many inputs. It is made when it is first
 * asked for, as its masks take time: a config that is only checked needs none.
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

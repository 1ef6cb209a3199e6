/**
 * Autoregressive flows, as a config describes them: the IAF of a latent layer and the MAF of a prior have the same keys.
 *
 * @module
 */

import { z } from "zod";
import { autoregressiveFlow, type Flow } from "../../mod.ts";
import { count, type Keys } from "../schema.ts";
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
  steps: count.default(4),
  hidden: z.array(count).min(1).default([640, 640, 640]),
  shiftOnly: z.boolean().default(true),
  reverse: z.boolean().default(true),
  activation: activation.default("relu"),
};

/** The flow of a config, between codes of so many dimensions, depending on a context of so many inputs. */
export function makeFlow(
  { steps, hidden, shiftOnly, reverse, activation }: FlowConfig,
  dimensions: number,
  context = 0,
): Flow {
  const options = { steps, hidden, shiftOnly, reverse, activation: ACTIVATIONS[activation] };
  return autoregressiveFlow({ ...options, dimensions, context });
}

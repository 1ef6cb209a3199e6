/**
 * The least rate that Echo can have: its scales are at most the clip, so each dimension carries at
 * least −ln(clip) nats.
 *
 * @module
 */

import { latentOf } from "../models/rules.ts";
import type { RunGroup } from "./group.ts";

/** The floor of a rate, in nats per image. */
export interface Floor {
  readonly dimension: number;
  /** That of the whole code: −L·ln(clip) for L dimensions. */
  readonly total: number;
}

/** The floor of a group, if its latent layer is Echo. */
export function floorOf({ config }: RunGroup): Floor | undefined {
  const total = config && latentOf(config).leastRate;
  if (total === undefined) return undefined;
  return { dimension: total / config!.latent.size, total };
}

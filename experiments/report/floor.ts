/**
 * The least rate that Echo can have: its scales are at most the clip, so each dimension carries at
 * least −ln(clip) nats.
 *
 * @module
 */

import { termParts } from "../models/term.ts";
import type { RunGroup } from "./group.ts";

/** The floor of a rate, in nats per image. */
export interface Floor {
  readonly dimension: number;
  /** That of the whole code: −L·ln(clip) for L dimensions. */
  readonly total: number;
}

/** The floor of a group whose latent layer is Echo with one scale for each dimension. */
export function floorOf({ config }: RunGroup): Floor | undefined {
  const channel = config && termParts(config).latent.channel;
  if (channel === undefined) return undefined;
  const dimension = -Math.log(channel.clip);
  return { dimension, total: config!.latent.size * dimension };
}

/**
 * Contestants take turns, so that a machine that is slow for a while is slow for all of them.
 *
 * @module
 */

import type { Contestant } from "./contestant.ts";
import { median, summarize, type Summary } from "./statistics.ts";

/** How long a race is. */
export interface Length {
  /** Turns of each contestant. */
  readonly rounds: number;
  /** Seconds of computing, about, of each contestant in all its turns. */
  readonly seconds: number;
}

/** How a contestant did. */
export interface Result {
  /** What it said that it is. */
  readonly about: string;
  /** Over all steps, in milliseconds. */
  readonly steps: Summary;
  /** The median of each round, in milliseconds. */
  readonly rounds: readonly number[];
  /** Of the first and the tenth step. */
  readonly losses: readonly [number, number];
  /** See {@linkcode Contestant}. */
  readonly firstStepMs: number;
  /** Bytes of resident memory at the end. */
  readonly rss: number;
}

/** Threads of the contestant before may spin a while for more work; on our machines 200 ms at most. */
const REST_MS = 250;

/** Runs a race; the results are in the order of the contestants. */
export async function race(
  contestants: readonly Contestant[],
  { rounds, seconds }: Length,
): Promise<Result[]> {
  const lanes = [];
  for (const contestant of contestants) {
    await rest();
    const warm = await contestant.turn(9);
    const steps = Math.round(1000 * seconds / rounds / median(warm.ms));
    lanes.push({ contestant, warm, steps: Math.max(1, Math.min(1000, steps)), rss: warm.rss });
  }
  const times: number[][][] = lanes.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, lane] of lanes.entries()) {
      await rest();
      const turn = await lane.contestant.turn(1 + lane.steps);
      times[i].push(turn.ms.slice(1)); // the first one wakes threads and fills caches
      lane.rss = turn.rss;
    }
  }
  return lanes.map(({ contestant: { hello, firstStepMs }, warm, rss }, i) => ({
    about: hello.about,
    steps: summarize(times[i].flat()),
    rounds: times[i].map(median),
    losses: [hello.value, warm.value],
    firstStepMs,
    rss,
  }));
}

const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

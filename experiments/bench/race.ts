/**
 * Lets contestants take turns, so that a slow phase of the machine affects all of them.
 *
 * @module
 */

import type { Contestant } from "./contestant.ts";
import { median, summarize, type Summary } from "./statistics.ts";

/** The length of a race. */
export interface Length {
  /** The number of turns of each contestant. */
  readonly rounds: number;
  /** The approximate computing time of each contestant in all turns, in seconds. */
  readonly seconds: number;
}

/** The result of a contestant. */
export interface Result {
  /** Library, version and device. */
  readonly about: string;
  /** Order statistics of the times of all steps, in milliseconds. */
  readonly steps: Summary;
  /** The median time of each round, in milliseconds. */
  readonly rounds: readonly number[];
  /** The losses of the first and the tenth step. */
  readonly losses: readonly [number, number];
  /** From the start of the process to the end of its first step, in milliseconds. */
  readonly firstStepMs: number;
  /** Resident memory at the end, in bytes. */
  readonly rss: number;
}

/** A pause before each turn: threads of the contestant before may spin for up to 200 ms. */
const REST_MS = 250;

/** Runs a race. The results are in the order of the contestants. */
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
      times[i].push(turn.ms.slice(1)); // the first step wakes threads and fills caches
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

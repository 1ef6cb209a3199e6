/**
 * The losses of a run: means over steps for the chart, so that a long run has no more points than a
 * short one.
 *
 * @module
 */

import type { Numbers } from "./messages.ts";

/** The most points that are kept. */
const MOST = 400;

/** The losses of a run. */
export class History {
  /** Means of `stride` steps each. */
  points: Numbers[] = [];
  /** The number of steps in a point. */
  stride = 5;
  #sum: Numbers = { rate: 0, distortion: 0 };
  #count = 0;
  #steps = 0;
  /** Means over about the last 20 steps. */
  recent?: Numbers;

  /** Adds the losses of a step. */
  add({ rate, distortion }: Numbers): void {
    // The first steps are far off, and soon forgotten.
    this.#steps++;
    const mix = (old: number, now: number) => old + (now - old) / Math.min(20, 1 + this.#steps / 3);
    this.recent = this.recent === undefined ? { rate, distortion } : {
      rate: mix(this.recent.rate, rate),
      distortion: mix(this.recent.distortion, distortion),
    };
    this.#sum.rate += rate;
    this.#sum.distortion += distortion;
    if (++this.#count < this.stride) return;
    this.points.push({
      rate: this.#sum.rate / this.stride,
      distortion: this.#sum.distortion / this.stride,
    });
    this.#sum = { rate: 0, distortion: 0 };
    this.#count = 0;
    if (this.points.length >= MOST) this.#halve();
  }

  #halve(): void {
    this.points = this.points.flatMap((point, i) => {
      const next = this.points[i + 1];
      if (i % 2 === 1 || next === undefined) return [];
      return {
        rate: (point.rate + next.rate) / 2,
        distortion: (point.distortion + next.distortion) / 2,
      };
    });
    this.stride *= 2;
  }
}

/**
 * Tasks of the benchmark: a way to draw pairs (X, Z), and their exact mutual information.
 *
 * @module
 */
import { generator } from "../statistics/generator.ts";
import { type Channel, drawCode } from "./codes.ts";
import type { LogDensity } from "../statistics/densities.ts";
import type { Measured } from "../statistics/measured.ts";
import { drawSample, type Sample } from "./sample.ts";

/** Mutual information in nats. The standard error is 0 in closed form and by quadrature. */
export interface Exact extends Measured {
  /** The formula or the method that gives the value. */
  readonly by: string;
}

/** A task for estimators. */
export interface EstimatorTask {
  /**
   * The family, the dimensions of z, the rounded information, and the map: `gaussian-8d-2.0-flow`.
   */
  readonly name: string;
  readonly description: string;
  /** The numbers of dimensions of x and z. */
  readonly dimensions: { readonly x: number; readonly z: number };
  /** I(X;Z). The first call may take a moment. */
  exact(): Exact;
  /** Whether x has a continuous law, as nearest-neighbour estimators need. z always has one. */
  readonly isContinuous: boolean;
  /** Draws n independent pairs, which the seed determines. */
  draw(n: number, seed: number): Sample;
}

/** A channel, and what is known about it. */
export interface Family extends Channel {
  /** The first part of the names of its tasks. */
  readonly name: string;
  readonly description: string;
  /** I(X;Z). */
  exact(): Exact;
  /** I(X;Z) rounded, for the name of the task, if the exact value takes a moment to compute. */
  readonly rounded?: number;
  readonly isContinuous: boolean;
  /** The log-density of ε and of z, which share one law; −∞ outside of its support. */
  readonly logDensity?: LogDensity;
}

/** The task of independent copies of a channel side by side: their informations add up. */
export function taskOf(family: Family, copies = 1): EstimatorTask {
  const { description, isContinuous, logDensity } = family;
  const probe = drawCode(family, generator(1));
  const dimensions = { x: probe.example.x.length * copies, z: probe.z.length * copies };
  const nats = (family.rounded ?? family.exact().value) * copies;
  const name = `${family.name}-${dimensions.z}d-${nats.toFixed(1)}`;
  return {
    name,
    description: copies === 1 ? description : `${copies} × ${description}`,
    dimensions,
    isContinuous,
    exact() {
      const { value, standardError, by } = family.exact();
      return {
        value: value * copies,
        standardError: standardError * copies,
        by: copies === 1 ? by : `${copies} × ${by}`,
      };
    },
    draw: (n, seed) => drawSample(family, { n, copies, seed: seedOf(name, seed) }, logDensity),
  };
}

/** A seed that differs between tasks: the FNV-1a hash of the task's name and a seed. */
export function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${name} ${seed}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash;
}

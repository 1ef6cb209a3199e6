/**
 * What a task of the benchmark is: pairs (X, Z) to draw, and the mutual information that they have.
 *
 * @module
 */
import { generator } from "../statistics/generator.ts";
import { type Channel, drawCode } from "./codes.ts";
import { drawSample, type LogDensity, type Sample } from "./sample.ts";

/** Mutual information in nats, and where it is from. */
export interface Exact {
  readonly nats: number;
  /** Its standard error; 0 where it is a number in closed form or by quadrature. */
  readonly standardError: number;
  /** How it is known. */
  readonly by: string;
}

/** A task. */
export interface EstimatorTask {
  /** Its family, the dimensions of z, its information rounded, and how it is mapped: `gaussian-8d-2.0-flow`. */
  readonly name: string;
  readonly description: string;
  /** How many numbers x and z have. */
  readonly dimensions: { readonly x: number; readonly z: number };
  /** I(X;Z); a first call may take a moment. */
  exact(): Exact;
  /** Whether x is of a continuous law: what neighbours are looked for in. z always is. */
  readonly isContinuous: boolean;
  /** Independent pairs, the same for the same seed. */
  draw(n: number, seed: number): Sample;
}

/** A channel with what is known of it. */
export interface Family extends Channel {
  /** What the name starts with. */
  readonly name: string;
  readonly description: string;
  /** I(X;Z). */
  exact(): Exact;
  /** The same rounded, as the name has it, where it takes a moment to find. */
  readonly rounded?: number;
  readonly isContinuous: boolean;
  /** Where it is known. */
  readonly logDensity?: LogDensity;
}

/**
 * The task of some independent copies of a channel side by side: with examples and echoes of their own, their informations add.
 */
export function taskOf(family: Family, copies = 1): EstimatorTask {
  const { description, isContinuous, logDensity } = family;
  const probe = drawCode(family, generator(1));
  const dimensions = { x: probe.example.x.length * copies, z: probe.z.length * copies };
  const nats = (family.rounded ?? family.exact().nats) * copies;
  const name = `${family.name}-${dimensions.z}d-${nats.toFixed(1)}`;
  return {
    name,
    description: copies === 1 ? description : `${copies} × ${description}`,
    dimensions,
    isContinuous,
    exact() {
      const { nats, standardError, by } = family.exact();
      return {
        nats: nats * copies,
        standardError: standardError * copies,
        by: copies === 1 ? by : `${copies} × ${by}`,
      };
    },
    draw: (n, seed) => drawSample(family, { n, copies, seed: seedOf(name, seed) }, logDensity),
  };
}

/** A seed for a task's draws, unlike those of others: the hash of Fowler, Noll and Vo (FNV-1a) of its name and a seed. */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${name} ${seed}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash;
}

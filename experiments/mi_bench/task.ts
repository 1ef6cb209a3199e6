/**
 * What a task of the benchmark is: pairs (X, Z) to draw, and the mutual information that they have.
 *
 * @module
 */
import type { Points } from "../../mod.ts";
import { generator } from "../statistics/generator.ts";
import { type Channel, drawCode } from "./codes.ts";

/** Mutual information in nats, and where it is from. */
export interface Exact {
  readonly nats: number;
  /** Its standard error; 0 where it is a number in closed form or by quadrature. */
  readonly standardError: number;
  /** How it is known. */
  readonly by: string;
}

/** What is known of the laws of a sample, in nats. Both are of z itself. */
export interface Densities {
  /** log p(zᵢ|xⱼ). */
  conditional(i: number, j: number): number;
  /** log p(zᵢ). */
  marginal(i: number): number;
}

/** The noise in a sample of z = f(x) + S(x)·ε, with a law that has a density. */
export interface Noise {
  /** The ε of each z. */
  readonly points: Points;
  /** log |det S(x)| of each, in nats. */
  readonly logDeterminants: Float64Array;
}

/** n independent pairs, a row each. */
export interface Sample {
  readonly x: Points;
  readonly z: Points;
  readonly densities?: Densities;
  readonly noise?: Noise;
}

/** A task. */
export interface Task {
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
  exact(): Exact;
  readonly isContinuous: boolean;
  /** log p of ε and of z, which have one law, where that is known: −∞ where they cannot be. */
  readonly logDensity?: (code: readonly number[]) => number;
}

/**
 * The task of some independent copies of a channel side by side: with examples and echoes of their own, their informations add.
 */
export function taskOf(family: Family, copies = 1): Task {
  const { name, description, isContinuous, exact } = family;
  const probe = drawCode(family, generator(1));
  const x = probe.example.x.length * copies, z = probe.z.length * copies;
  const title = `${name}-${z}d-${(exact().nats * copies).toFixed(1)}`;
  return {
    name: title,
    description: copies === 1 ? description : `${copies} × ${description}`,
    dimensions: { x, z },
    isContinuous,
    exact() {
      const { nats, standardError, by } = exact();
      return {
        nats: nats * copies,
        standardError: standardError * copies,
        by: copies === 1 ? by : `${copies} × ${by}`,
      };
    },
    draw(n, seed) {
      const random = generator(seedOf(title, seed));
      const codes = Array.from({ length: n * copies }, () => drawCode(family, random));
      // Copies that follow one another are the dimensions of one row.
      const rows = (values: readonly (readonly number[])[], dimensions: number) => ({
        values: Float64Array.from(values.flat()),
        dimensions,
      });
      const noise = {
        points: rows(codes.map((code) => code.noise), z),
        logDeterminants: Float64Array.from(
          { length: n },
          (_, i) => sumOver(copies, (c) => codes[i * copies + c].example.logDeterminant),
        ),
      };
      const { logDensity } = family;
      const densities = logDensity && {
        conditional: (i: number, j: number) =>
          sumOver(copies, (c) => {
            const { z } = codes[i * copies + c];
            const { example: { mean, solve, logDeterminant }, noise } = codes[j * copies + c];
            // Of its own x, the noise is known better than it can be found: z may be so near an edge that a digit is lost.
            const needed = i === j ? noise : solve(z.map((value, k) => value - mean[k]));
            return logDensity(needed) - logDeterminant;
          }),
        marginal: (i: number) => sumOver(copies, (c) => logDensity(codes[i * copies + c].z)),
      };
      return {
        x: rows(codes.map(({ example }) => example.x), x),
        z: rows(codes.map((code) => code.z), z),
        densities,
        noise,
      };
    },
  };
}

function sumOver(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

/** A seed for a task's draws, unlike those of others: the hash of Fowler, Noll and Vo (FNV-1a) of its name and a seed. */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${name} ${seed}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash;
}

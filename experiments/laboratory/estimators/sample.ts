/**
 * Samples of channels: independent pairs (X, Z), and what is known of them.
 *
 * @module
 */
import type { Points } from "../../../mod.ts";
import { generator } from "../statistics/generator.ts";
import { type Channel, type Code, drawCode } from "./codes.ts";

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

/** The log-density of ε and of z, which have one law: −∞ where they cannot be. */
export type LogDensity = (code: readonly number[]) => number;

/** Which pairs are drawn. */
export interface Draw {
  /** How many. */
  readonly n: number;
  /** Of how many independent copies of the channel side by side each of them is. */
  readonly copies: number;
  readonly seed: number;
}

/** A sample of a channel; with densities where that of its codes is known. */
export function drawSample(channel: Channel, draw: Draw, logDensity?: LogDensity): Sample {
  const { n, copies } = draw;
  const logDeterminants = new Float64Array(n);
  let at = 0;
  const columns: Partial<Record<"x" | "z" | "noise", Points>> = {};
  /** Copies that follow one another are the dimensions of one row. */
  const put = (name: keyof typeof columns, values: readonly number[]) => {
    const { length } = values;
    columns[name] ??= {
      values: new Float64Array(n * copies * length),
      dimensions: copies * length,
    };
    columns[name].values.set(values, at * length);
  };
  for (const { example, noise, z } of codes(channel, draw)) {
    put("x", example.x);
    put("z", z);
    put("noise", noise);
    logDeterminants[Math.floor(at++ / copies)] += example.logDeterminant;
  }
  return {
    x: columns.x!,
    z: columns.z!,
    noise: { points: columns.noise!, logDeterminants },
    densities: logDensity && densitiesOf(channel, draw, logDensity),
  };
}

/** The codes of a sample, again for each who asks: kept, they would take more memory than all that is made of them. */
function* codes(channel: Channel, { n, copies, seed }: Draw): Generator<Code> {
  const random = generator(seed);
  for (let i = 0; i < n * copies; i++) yield drawCode(channel, random);
}

function densitiesOf(channel: Channel, draw: Draw, logDensity: LogDensity): Densities {
  const { copies } = draw;
  let drawn: Code[] | undefined;
  const codeOf = (i: number, copy: number) =>
    (drawn ??= [...codes(channel, draw)])[i * copies + copy];
  const sumOver = (term: (copy: number) => number): number => {
    let total = 0;
    for (let copy = 0; copy < copies; copy++) total += term(copy);
    return total;
  };
  return {
    conditional: (i, j) =>
      sumOver((copy) => {
        const { z } = codeOf(i, copy);
        const { example: { mean, solve, logDeterminant }, noise } = codeOf(j, copy);
        // Of its own x, the noise is known better than it can be found: z may be so near an edge that a digit is lost.
        const needed = i === j ? noise : solve(z.map((value, k) => value - mean[k]));
        return logDensity(needed) - logDeterminant;
      }),
    marginal: (i) => sumOver((copy) => logDensity(codeOf(i, copy).z)),
  };
}

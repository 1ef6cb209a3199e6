/**
 * Samples of channels: independent pairs (X, Z) with their densities and noise.
 *
 * @module
 */
import type { Points } from "../../../lib/information/mod.ts";
import { generator } from "../statistics/generator.ts";
import type { LogDensity } from "../statistics/densities.ts";
import { type Channel, type Code, drawCode } from "./codes.ts";

/** The log-densities of a sample in nats, both of z itself. */
export interface Densities {
  /** log p(zᵢ|xⱼ). */
  conditional(i: number, j: number): number;
  /** log p(zᵢ). */
  marginal(i: number): number;
}

/** The noise in a sample of z = f(x) + S(x)·ε. */
interface SampleNoise {
  /** The ε of each z. */
  readonly points: Points;
  /** log |det S(x)| of each x, in nats. */
  readonly logDeterminants: Float64Array;
}

/** n independent pairs, one a row. */
export interface Sample {
  readonly x: Points;
  readonly z: Points;
  readonly densities?: Densities;
  readonly noise?: SampleNoise;
}

/** The size and the seed of a sample. */
interface SampleOptions {
  readonly n: number;
  /** The number of independent copies of the channel, which are the dimensions of one pair. */
  readonly copies: number;
  readonly seed: number;
}

/** Draws a sample of a channel. It has densities if the log-density of ε and z is given. */
export function drawSample(
  channel: Channel,
  options: SampleOptions,
  logDensity?: LogDensity,
): Sample {
  const { n, copies } = options;
  const logDeterminants = new Float64Array(n);
  let at = 0;
  const columns: Partial<Record<"x" | "z" | "noise", Points>> = {};
  /** Consecutive copies fill the dimensions of one row. */
  const put = (name: keyof typeof columns, values: readonly number[]) => {
    const { length } = values;
    columns[name] ??= {
      values: new Float64Array(n * copies * length),
      dimensions: copies * length,
    };
    columns[name].values.set(values, at * length);
  };
  for (const { example, noise, z } of codes(channel, options)) {
    put("x", example.x);
    put("z", z);
    put("noise", noise);
    logDeterminants[Math.floor(at++ / copies)] += example.logDeterminant;
  }
  return {
    x: columns.x!,
    z: columns.z!,
    noise: { points: columns.noise!, logDeterminants },
    densities: logDensity && densitiesOf(channel, options, logDensity),
  };
}

/**
 * Draws the codes of a sample anew for each caller: storing them would take more memory than the
 * sample.
 */
function* codes(channel: Channel, { n, copies, seed }: SampleOptions): Generator<Code> {
  const random = generator(seed);
  for (let i = 0; i < n * copies; i++) yield drawCode(channel, random);
}

function densitiesOf(
  channel: Channel,
  options: SampleOptions,
  logDensity: LogDensity,
): Densities {
  const { copies } = options;
  let drawn: Code[] | undefined;
  const codeOf = (i: number, copy: number) =>
    (drawn ??= [...codes(channel, options)])[i * copies + copy];
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
        // For its own x the noise is known. Computing it from z may lose a digit near an edge of
        // the law.
        const needed = i === j ? noise : solve(z.map((value, k) => value - mean[k]));
        return logDensity(needed) - logDeterminant;
      }),
    marginal: (i) => sumOver((copy) => logDensity(codeOf(i, copy).z)),
  };
}

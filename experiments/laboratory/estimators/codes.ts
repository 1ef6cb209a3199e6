/**
 * Independent codes of Echo channels in float64, straight from the definition: no two codes share
 * an echo.
 *
 * Simpler than lib/echo/sample.ts: there is no batch and no gradient.
 *
 * @module
 */
import type { Random } from "../statistics/generator.ts";

/** An example with its encoding. */
interface Example {
  /** The numbers that estimators get. They must determine f and S. */
  readonly x: readonly number[];
  /** f(x). */
  readonly mean: readonly number[];
  /** S(x)·v. */
  times(v: readonly number[]): number[];
  /** S(x)⁻¹·v. */
  solve(v: readonly number[]): number[];
  /** log |det S(x)|, in nats. */
  readonly logDeterminant: number;
}

/** An Echo channel and its population. */
export interface Channel {
  /** Draws an example and encodes it. */
  encode(random: Random): Example;
  /** The number of echoes after which the rest of the series vanishes in rounding. */
  readonly echoes: number;
}

/** An example whose S(x) is a diagonal matrix. */
export function diagonal(
  x: readonly number[],
  mean: readonly number[],
  logScale: readonly number[],
): Example {
  const scale = logScale.map(Math.exp);
  return {
    x,
    mean,
    times: (v) => v.map((value, k) => scale[k] * value),
    solve: (v) => v.map((value, k) => value / scale[k]),
    logDeterminant: logScale.reduce((sum, value) => sum + value, 0),
  };
}

/** A code, z = f(x) + S(x)·ε. */
export interface Code {
  readonly example: Example;
  /** ε, from examples that no other code uses. */
  readonly noise: readonly number[];
  readonly z: readonly number[];
}

/** An independent draw of the pair (X, Z). */
export function drawCode({ encode, echoes }: Channel, random: Random): Code {
  const example = encode(random);
  // From the innermost echo outwards: ε ← f + S·ε.
  let noise = encode(random).mean;
  for (let i = 1; i < echoes; i++) noise = through(encode(random), noise);
  return { example, noise, z: through(example, noise) };
}

function through({ mean, times }: Example, noise: readonly number[]): number[] {
  const scaled = times(noise);
  return mean.map((value, k) => value + scaled[k]);
}

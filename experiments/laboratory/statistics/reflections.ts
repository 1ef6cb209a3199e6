/**
 * Householder reflections, and random rotations as products of them.
 *
 * @module
 */
import { normalDraws, type Random } from "./generator.ts";

/** The reflection of a vector at the plane through 0 that is orthogonal to an axis. */
export function reflected(
  vector: readonly number[],
  axis: readonly number[],
  squaredNormOfAxis = 1,
): number[] {
  const along = 2 * axis.reduce((sum, a, k) => sum + a * vector[k], 0) / squaredNormOfAxis;
  return vector.map((value, k) => value - along * axis[k]);
}

/** An orthogonal matrix. */
interface Rotation {
  times(v: readonly number[]): number[];
  /** The inverse (the transpose) times v. */
  inverse(v: readonly number[]): number[];
}

/** The number of reflections: enough to mix every coordinate with every other. */
const COUNT = 4;

/** A random rotation. */
export function randomRotation(dimensions: number, random: Random): Rotation {
  const axes = Array.from({ length: COUNT }, () => {
    const axis = normalDraws(random, dimensions);
    const norm = Math.sqrt(axis.reduce((sum, a) => sum + a * a, 0));
    return axis.map((a) => a / norm);
  });
  const reflect = (v: readonly number[], axis: readonly number[]) => reflected(v, axis);
  return {
    times: (v) => axes.reduce<number[]>(reflect, [...v]),
    inverse: (v) => axes.reduceRight<number[]>(reflect, [...v]),
  };
}

/**
 * Random rotations as products of Householder reflections.
 *
 * @module
 */
import { normalDraws, type Random } from "../statistics/generator.ts";

/** An orthogonal matrix. */
interface Rotation {
  times(v: readonly number[]): number[];
  /** The inverse (the transpose) times v. */
  inverse(v: readonly number[]): number[];
}

/** The number of reflections: enough to mix every coordinate with every other. */
const COUNT = 4;

/** A random rotation. */
export function reflections(dimensions: number, random: Random): Rotation {
  const axes = Array.from({ length: COUNT }, () => {
    const axis = normalDraws(random, dimensions);
    const norm = Math.sqrt(axis.reduce((sum, a) => sum + a * a, 0));
    return axis.map((a) => a / norm);
  });
  const reflected = (v: readonly number[], axis: readonly number[]): number[] => {
    const along = 2 * v.reduce((sum, value, k) => sum + axis[k] * value, 0);
    return v.map((value, k) => value - along * axis[k]);
  };
  return {
    times: (v) => axes.reduce<number[]>(reflected, [...v]),
    inverse: (v) => axes.reduceRight<number[]>(reflected, [...v]),
  };
}

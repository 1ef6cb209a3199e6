/**
 * Random rotations, as products of Householder's reflections.
 *
 * @module
 */
import { normalDraw, type Random } from "../statistics/generator.ts";

/** An orthogonal matrix. */
export interface Rotation {
  times(v: readonly number[]): number[];
  /** Its inverse, which is its transpose, times v. */
  inverse(v: readonly number[]): number[];
}

/** As many as turn every coordinate into every other one. */
const COUNT = 4;

/** A random product of four reflections. */
export function reflections(dimensions: number, random: Random): Rotation {
  const axes = Array.from({ length: COUNT }, () => {
    const axis = Array.from({ length: dimensions }, () => normalDraw(random));
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

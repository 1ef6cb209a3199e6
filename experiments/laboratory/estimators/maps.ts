/**
 * Bijections of x and of z, which change no information, and make it harder to find, or easier. Each tells its volume, so that
 * densities stay known.
 *
 * Asinh, half-cube and wiggly maps of coordinates are what Czyż, Grabowski, Vogt, Beerenwinkel and Marx use ("Beyond normal: on
 * the evaluation of mutual information estimators", NeurIPS 2023).
 *
 * @module
 */
import { generator, normalDraw } from "../statistics/generator.ts";
import { reflections } from "./reflections.ts";
import type { Sample } from "./sample.ts";
import type { EstimatorTask } from "./task.ts";

/** What becomes of a row. */
export interface Image {
  readonly row: number[];
  /** log |det| of the Jacobian there. */
  readonly logDeterminant: number;
}

/** A bijection of rows of some dimensions. */
export type Bijection = (row: readonly number[]) => Image;

/** A bijection for rows of so many dimensions, which follows from a seed where it is random. */
export type MapOf = (dimensions: number, seed: number) => Bijection;

/** A map of each coordinate, given with its derivative. */
const coordinatewise =
  (of: (v: number) => number, derivative: (v: number) => number): MapOf => () => (row) => ({
    row: row.map(of),
    logDeterminant: row.reduce((sum, v) => sum + Math.log(derivative(v)), 0),
  });

/** Random rotation: what was in one coordinate is in all. */
const rotated: MapOf = (dimensions, seed) => {
  const rotation = reflections(dimensions, generator(seed));
  return (row) => ({ row: rotation.times(row), logDeterminant: 0 });
};

/** Layers of {@linkcode flow}. */
const LAYERS = 4;

/**
 * A random diffeomorphism that keeps volumes: in each layer, a rotation, and then the first half of the coordinates is moved by
 * sines of the second half (the additive coupling of NICE: Dinh, Krueger and Bengio, 2015).
 */
const flow: MapOf = (dimensions, seed) => {
  const random = generator(seed);
  const half = Math.floor(dimensions / 2), others = dimensions - half;
  const layers = Array.from({ length: LAYERS }, () => ({
    rotation: reflections(dimensions, random),
    waves: Array.from({ length: half }, () => ({
      along: Array.from({ length: others }, () => normalDraw(random) / Math.sqrt(others)),
      phase: 2 * Math.PI * random(),
    })),
  }));
  return (row) => ({
    row: layers.reduce<number[]>((v, { rotation, waves }) => {
      const turned = rotation.times(v);
      return turned.map((value, i) => {
        if (i >= half) return value;
        const { along, phase } = waves[i];
        return value + Math.sin(along.reduce((sum, a, k) => sum + a * turned[half + k], phase));
      });
    }, [...row]),
    logDeterminant: 0,
  });
};

/** How a map is called. */
export type MapName = "asinh" | "halfcube" | "wiggly" | "rotated" | "flow";

/** All maps, by the names that tasks have them behind. */
export const MAPS: Record<MapName, MapOf> = {
  /** Pulls tails in: those of Cauchy's law become exponential. */
  asinh: coordinatewise(Math.asinh, (v) => 1 / Math.hypot(1, v)),
  /** v·√|v|: makes tails longer, and the density infinite at 0. */
  halfcube: coordinatewise((v) => v * Math.sqrt(Math.abs(v)), (v) => 1.5 * Math.sqrt(Math.abs(v))),
  /** v + ½·sin(1.5·v + 1): a density with ripples. */
  wiggly: coordinatewise(
    (v) => v + 0.5 * Math.sin(1.5 * v + 1),
    (v) => 1 + 0.75 * Math.cos(1.5 * v + 1),
  ),
  rotated,
  flow,
};

/** The task with x and z mapped, each by a bijection of its own. */
export function mapped(task: EstimatorTask, map: MapName): EstimatorTask {
  const { x, z } = task.dimensions;
  const ofX = MAPS[map](x, 1), ofZ = MAPS[map](z, 2);
  return {
    ...task,
    name: `${task.name}-${map}`,
    description: `${task.description}; then x and z are mapped: ${map}`,
    draw(n, seed): Sample {
      const { x, z, densities } = task.draw(n, seed);
      const moved = images(z, ofZ), volumes = moved.map(({ logDeterminant }) => logDeterminant);
      return {
        x: rows(images(x, ofX)),
        z: rows(moved),
        // z is f(x) + S(x)·ε no more, so that there is no noise to tell of.
        densities: densities && {
          conditional: (i, j) => densities.conditional(i, j) - volumes[i],
          marginal: (i) => densities.marginal(i) - volumes[i],
        },
      };
    },
  };
}

const images = ({ values, dimensions }: Sample["x"], map: Bijection): Image[] =>
  Array.from(
    { length: values.length / dimensions },
    (_, i) => map(Array.from(values.subarray(i * dimensions, (i + 1) * dimensions))),
  );

const rows = (of: readonly Image[]): Sample["x"] => ({
  values: Float64Array.from(of.flatMap(({ row }) => row)),
  dimensions: of[0].row.length,
});

/**
 * Bijections of x and of z. They leave the information as it is, but make it harder or easier to
 * estimate. Each returns its log-determinant, so that densities stay known.
 *
 * The asinh, half-cube and wiggly maps, the spiral and the swiss roll are those of Czyż, Grabowski, Vogt, Beerenwinkel and Marx
 * ("Beyond normal: on the evaluation of mutual information estimators", NeurIPS 2023).
 *
 * @module
 */
import { generator, normalDraws } from "../statistics/generator.ts";
import type { Points } from "../../../lib/information/mod.ts";
import { normalLogDensity } from "../statistics/densities.ts";
import { normalCdf } from "../statistics/distributions.ts";
import { rowOf } from "../statistics/rows.ts";
import { randomRotation } from "../statistics/reflections.ts";
import type { Sample } from "./sample.ts";
import type { EstimatorTask } from "./task.ts";

/** A mapped row. */
interface MappedRow {
  readonly row: number[];
  /** log |det| of the Jacobian at the row. */
  readonly logDeterminant: number;
}

/** A bijection of rows, or, for x, an embedding in more dimensions, whose determinant is 0 here. */
export type Bijection = (row: readonly number[]) => MappedRow;

/** Makes a bijection for rows of the given number of dimensions. Random maps depend on the seed. */
type MapOf = (dimensions: number, seed: number) => Bijection;

/** Maps each coordinate by a function whose derivative is given. */
const coordinatewise =
  (of: (v: number) => number, derivative: (v: number) => number): MapOf => () => (row) => ({
    row: row.map(of),
    logDeterminant: row.reduce((sum, v) => sum + Math.log(derivative(v)), 0),
  });

/** A random rotation, which spreads each coordinate over all. */
const rotated: MapOf = (dimensions, seed) => {
  const rotation = randomRotation(dimensions, generator(seed));
  return (row) => ({ row: rotation.times(row), logDeterminant: 0 });
};

/** Layers of {@linkcode flow}. */
const LAYERS = 4;

/**
 * A random diffeomorphism that preserves volume. Each layer is a rotation followed by an additive
 * coupling, which moves the first half of the coordinates by sines of the second half (NICE: Dinh,
 * Krueger and Bengio, 2015).
 */
const flow: MapOf = (dimensions, seed) => {
  const random = generator(seed);
  const half = Math.floor(dimensions / 2), others = dimensions - half;
  const layers = Array.from({ length: LAYERS }, () => ({
    rotation: randomRotation(dimensions, random),
    waves: Array.from({ length: half }, () => ({
      along: normalDraws(random, others).map((value) => value / Math.sqrt(others)),
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

/** The names of the maps. */
export type MapName = "asinh" | "halfcube" | "wiggly" | "rotated" | "flow";

/** All maps. The name of a mapped task ends with the name of its map. */
export const MAPS: Record<MapName, MapOf> = {
  /** Shortens tails: those of a Cauchy law become exponential. */
  asinh: coordinatewise(Math.asinh, (v) => 1 / Math.hypot(1, v)),
  /** v·√|v|: lengthens tails and makes the density infinite at 0. */
  halfcube: coordinatewise((v) => v * Math.sqrt(Math.abs(v)), (v) => 1.5 * Math.sqrt(Math.abs(v))),
  /** v + ½·sin(1.5·v + 1): a density with ripples. */
  wiggly: coordinatewise(
    (v) => v + 0.5 * Math.sin(1.5 * v + 1),
    (v) => 1 + 0.75 * Math.cos(1.5 * v + 1),
  ),
  rotated,
  flow,
};

/** The distribution function of N(0, 1) of each coordinate. */
export const NORMAL_CDF: Bijection = coordinatewise(
  normalCdf,
  (v) => Math.exp(normalLogDensity(v)),
)(1, 1);

/**
 * Turns coordinates i and j by the angle speed · |v|². It preserves volume, since it turns each
 * sphere as a whole.
 */
export const spiral = (i: number, j: number, speed: number): Bijection => (v) => {
  const angle = speed * v.reduce((sum, one) => sum + one * one, 0);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const row = [...v];
  row[i] = cos * v[i] + sin * v[j];
  row[j] = cos * v[j] - sin * v[i];
  return { row, logDeterminant: 0 };
};

/** Rolls the interval from 0 to 1 up to a spiral in the plane: an embedding, for x only. */
export const SWISS_ROLL: Bijection = ([v]) => {
  const t = 1.5 * Math.PI * (1 + 2 * v);
  return { row: [t * Math.cos(t) / 21, t * Math.sin(t) / 21], logDeterminant: 0 };
};

/** The task with x and z mapped, each by its own bijection. */
export function mapped(task: EstimatorTask, map: MapName): EstimatorTask {
  const { x, z } = task.dimensions;
  const [ofX, ofZ] = [MAPS[map](x, 1), MAPS[map](z, 2)];
  return mappedBy(task, { name: `${task.name}-${map}`, says: map, ofX, ofZ });
}

/** The task with x and z mapped by the given maps. */
export function mappedBy(
  task: EstimatorTask,
  { name, says, ofX = identity, ofZ = identity }: {
    readonly name: string;
    /** The maps in words, for the description. */
    readonly says: string;
    readonly ofX?: Bijection;
    readonly ofZ?: Bijection;
  },
): EstimatorTask {
  const { x, z } = task.dimensions;
  const lengthOf = (map: Bijection, d: number) => map(new Array(d).fill(0.5)).row.length;
  return {
    ...task,
    name,
    description: `${task.description}; then x and z are mapped: ${says}`,
    dimensions: { x: lengthOf(ofX, x), z: lengthOf(ofZ, z) },
    draw(n, seed): Sample {
      const { x, z, densities } = task.draw(n, seed);
      const mappedZ = mapRows(z, ofZ), volumes = mappedZ.map((row) => row.logDeterminant);
      return {
        x: asPoints(mapRows(x, ofX)),
        z: asPoints(mappedZ),
        // A mapped z is no longer f(x) + S(x)·ε, so the sample has no noise.
        densities: densities && {
          conditional: (i, j) => densities.conditional(i, j) - volumes[i],
          marginal: (i) => densities.marginal(i) - volumes[i],
        },
      };
    },
  };
}

const identity: Bijection = (v) => ({ row: [...v], logDeterminant: 0 });

const mapRows = ({ values, dimensions }: Points, map: Bijection): MappedRow[] =>
  Array.from(
    { length: values.length / dimensions },
    (_, i) => map(rowOf(values, dimensions, i)),
  );

const asPoints = (rows: readonly MappedRow[]): Points => ({
  values: Float64Array.from(rows.flatMap(({ row }) => row)),
  dimensions: rows[0].row.length,
});

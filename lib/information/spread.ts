/**
 * Prepares draws for estimates by nearest neighbours: scales their coordinates alike, and refuses
 * draws that have no density.
 *
 * @module
 */
import { countOf, type Points, rowOf } from "./kd_tree.ts";

/** Draws with their coordinates on similar scales. */
export interface Scaled extends Points {
  readonly values: Float64Array;
  /**
   * The sum of the logarithms of the scales, in nats: the entropy of the draws is that of the
   * scaled draws plus this.
   */
  readonly logScale: number;
}

/**
 * Adds uniform noise to every number, and then divides each column by its interquartile range.
 * Unlike the standard deviation, a few outliers do not change that range. If half of a column is
 * one number, the column is divided by its full range.
 *
 * @param jitter the width of the noise; 0 adds none
 * @param seed the seed of the noise
 * @param first the number of noise values to skip, which other draws use
 * @throws {RangeError} where the jitter is negative or infinite, or the seed no integer from 0 to
 * 2³² − 1.
 */
export function onLikeScales(points: Points, jitter: number, seed: number, first = 0): Scaled {
  if (!(jitter >= 0 && jitter < Infinity) || seed >>> 0 !== seed) {
    throw new RangeError(
      `Cannot add a jitter of ${jitter} by seed ${seed}: a jitter is at least 0, a seed an integer from 0 to 2^32 - 1`,
    );
  }
  const { dimensions } = points;
  const values = Float64Array.from(points.values, (v, i) => v + jitter * noiseAt(seed, first + i));
  let logScale = 0;
  for (let d = 0; d < dimensions; d++) {
    const sorted = columnOf({ values, dimensions }, d).sort();
    const quarter = Math.floor(sorted.length / 4), last = sorted.length - 1;
    const scale = sorted[last - quarter] - sorted[quarter] || sorted[last] - sorted[0] || 1;
    for (let at = d; at < values.length; at += dimensions) values[at] /= scale;
    logScale += Math.log(scale);
  }
  return { values, dimensions, logScale };
}

/**
 * The i-th number of a seed, uniform from −½ to ½: i and the seed, mixed by the last step of Murmur
 * (Appleby, 2008).
 */
function noiseAt(seed: number, i: number): number {
  let bits = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x27d4eb2f);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) * 2 ** -32 - 0.5;
}

/**
 * A column is a linear function of those before it if this share of its deviation, or less, is
 * independent of them.
 */
const OWN = 1e-6;

/**
 * Refuses draws without a density: some are equal, or all lie on a plane.
 *
 * @param op the operation, for the message
 * @param nameOf the name of a column in the message
 * @throws {RangeError} that says how many draws are equal, or which column is constant or a linear
 * function of others.
 */
export function requireDensity(op: string, points: Points, nameOf: (d: number) => string): void {
  const n = countOf(points);
  orthonormal(points, (d, isConstant) => {
    const what = isConstant ? "constant" : "a linear function of the columns before it";
    throw new RangeError(
      `Cannot ${op} of draws on a plane, which have no density: ${nameOf(d)} is ${what}`,
    );
  });
  const equal = equalRows(points);
  if (equal > 0) {
    throw new RangeError(
      `Cannot ${op} of ${n} draws of which ${equal} equal another: drop copies; rounded draws take a jitter`,
    );
  }
}

/**
 * An orthonormal basis of the centred columns, by Gram and Schmidt's method.
 *
 * @param dependent called with each column that the basis leaves out: it is constant, or a linear
 * function of the columns before it
 */
export function orthonormal(
  points: Points,
  dependent: (d: number, isConstant: boolean) => void = () => {},
): Float64Array[] {
  const n = countOf(points);
  const basis: Float64Array[] = [];
  for (let d = 0; d < points.dimensions; d++) {
    const column = columnOf(points, d);
    if (column.every((v) => v === column[0])) {
      dependent(d, true);
      continue;
    }
    const centre = column.reduce((sum, v) => sum + v, 0) / n;
    let own = column.map((v) => v - centre);
    const deviation = Math.sqrt(dot(own, own));
    for (const unit of basis) {
      const along = dot(own, unit);
      own = own.map((v, i) => v - along * unit[i]);
    }
    const length = Math.sqrt(dot(own, own));
    if (length < OWN * deviation) dependent(d, false);
    else basis.push(own.map((v) => v / length));
  }
  return basis;
}

/** The number of rows that equal another row. */
function equalRows(points: Points): number {
  const times = new Map<string, number>();
  for (let i = 0; i < countOf(points); i++) {
    const row = rowOf(points, i).join();
    times.set(row, (times.get(row) ?? 0) + 1);
  }
  return [...times.values()].reduce((sum, n) => n > 1 ? sum + n : sum, 0);
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);

const columnOf = (points: Points, d: number): Float64Array =>
  Float64Array.from(
    { length: countOf(points) },
    (_, i) => points.values[i * points.dimensions + d],
  );

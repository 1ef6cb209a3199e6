/**
 * The two directions in which points vary most, by orthogonal iteration.
 *
 * @module
 */

/** Points projected onto their principal components. */
export interface Projection {
  /** The coordinates of each point, about the mean. */
  readonly points: readonly (readonly [first: number, second: number])[];
  /** The fraction of the variance in each direction; 0 where nothing varies. */
  readonly fractions: readonly [first: number, second: number];
}

/** The most passes over the points; many are needed if a third direction varies nearly as much. */
const MOST_PASSES = 100;
/** The iteration ends when no component of a direction changes by more. */
const CLOSE = 1e-6;

/**
 * Projects the rows of an array onto the two eigenvectors of their covariance with the largest
 * eigenvalues.
 *
 * @param values row-major, [rows, width]; all finite
 */
export function principalComponents(
  values: ArrayLike<number>,
  rows: number,
  width: number,
): Projection {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) mean[i % width] += values[i] / rows;
  const along = (row: number, direction: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (values[row * width + j] - mean[j]) * direction[j];
    return sum;
  };
  /** The covariance times a direction. */
  const times = (direction: Float64Array) => {
    const product = new Float64Array(width);
    for (let i = 0; i < rows; i++) {
      const place = along(i, direction) / rows;
      for (let j = 0; j < width; j++) product[j] += place * (values[i * width + j] - mean[j]);
    }
    return product;
  };

  // Starts that are no eigenvectors of a plain covariance, such as a diagonal one.
  let [first, second] = orthonormal(
    Float64Array.from({ length: width }, (_, j) => Math.cos(j + 1)),
    Float64Array.from({ length: width }, (_, j) => Math.sin(2 * j + 1)),
  );
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const next = orthonormal(times(first), times(second));
    const isClose = change(first, next[0]) < CLOSE && change(second, next[1]) < CLOSE;
    [first, second] = next;
    if (isClose) break;
  }

  let variance = 0;
  for (let i = 0; i < rows * width; i++) variance += (values[i] - mean[i % width]) ** 2 / rows;
  const points = Array.from(
    { length: rows },
    (_, i) => [along(i, first), along(i, second)] as const,
  );
  const fraction = (axis: 0 | 1) =>
    points.reduce((sum, point) => sum + point[axis] ** 2 / rows, 0) / (variance || 1);
  return { points, fractions: [fraction(0), fraction(1)] };
}

/** Two vectors of length 1 that span the same plane; zeros stay zeros. */
function orthonormal(a: Float64Array, b: Float64Array): [Float64Array, Float64Array] {
  const first = unit(a);
  const overlap = dot(first, b);
  return [first, unit(b.map((value, j) => value - overlap * first[j]), Math.sqrt(dot(b, b)))];
}

/**
 * A vector divided by its length; zeros if it is shorter than the error of its numbers, which were
 * about as large as `scale`. Its largest component is positive, so that equal runs look the same.
 */
function unit(vector: Float64Array, scale = 0): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > 1e-12 * scale)) return new Float64Array(vector.length);
  const largest = vector.reduce((most, v) => Math.abs(v) > Math.abs(most) ? v : most, 0);
  return vector.map((value) => value / length * Math.sign(largest));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

const change = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, j) => Math.max(most, Math.abs(value - b[j])), 0);

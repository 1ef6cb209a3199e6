/**
 * The density of draws of one or two dimensions: a histogram on a fine grid, smoothed by a Gaussian.
 *
 * @module
 */

/** The bins of each axis. */
const BINS = 128;
/** The density far from all draws, as a share of one draw's. */
const LEAST = 1e-3;

/**
 * The log-density of draws [n, dimensions] as a function of a point, in nats. The width of the
 * Gaussian is the normal-reference one, 1.06·σ·n^(−1/5), and n^(−1/6)·σ in two dimensions
 * (Silverman, 1986).
 */
export function densityOf(
  draws: ArrayLike<number>,
  dimensions: number,
): (point: readonly number[]) => number {
  const n = draws.length / dimensions;
  const axes = Array.from({ length: dimensions }, (_, d) => axisOf(draws, dimensions, d));
  let grid = new Float64Array(BINS ** dimensions);
  for (let i = 0; i < n; i++) {
    grid[cellOf(axes.map((axis, d) => binOf(axis, draws[i * dimensions + d])))]++;
  }
  axes.forEach(({ width, step }, d) => grid = smoothed(grid, d, dimensions, width / step));
  const volume = axes.reduce((product, { step }) => product * step, 1);
  return (point) => {
    const bins = axes.map((axis, d) => binOf(axis, point[d]));
    const isInside = bins.every((bin) => bin >= 0 && bin < BINS);
    return Math.log(((isInside ? grid[cellOf(bins)] : 0) + LEAST) / (n * volume));
  };
}

interface Axis {
  low: number;
  step: number;
  /** The width of the Gaussian. */
  width: number;
}

function axisOf(draws: ArrayLike<number>, dimensions: number, d: number): Axis {
  const n = draws.length / dimensions;
  let low = Infinity, high = -Infinity, sum = 0, squares = 0;
  for (let i = d; i < draws.length; i += dimensions) {
    low = Math.min(low, draws[i]);
    high = Math.max(high, draws[i]);
    sum += draws[i];
    squares += draws[i] ** 2;
  }
  const deviation = Math.sqrt(Math.max(squares / n - (sum / n) ** 2, 1e-12));
  const width = (dimensions === 1 ? 1.06 * n ** (-1 / 5) : n ** (-1 / 6)) * deviation;
  const margin = 3 * width;
  return { low: low - margin, step: (high - low + 2 * margin) / BINS, width };
}

const binOf = ({ low, step }: Axis, value: number): number => Math.floor((value - low) / step);

const cellOf = (bins: readonly number[]): number =>
  bins.reduce((cell, bin) => cell * BINS + bin, 0);

/** A grid smoothed along one axis by a Gaussian of so many bins. */
function smoothed(
  grid: Float64Array<ArrayBuffer>,
  axis: number,
  dimensions: number,
  width: number,
): Float64Array<ArrayBuffer> {
  const reach = Math.ceil(3 * width), stride = BINS ** (dimensions - 1 - axis);
  const weights = Array.from(
    { length: 2 * reach + 1 },
    (_, i) => Math.exp(-0.5 * ((i - reach) / width) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight);
  const result = new Float64Array(grid.length);
  grid.forEach((count, cell) => {
    if (count === 0) return;
    const bin = Math.floor(cell / stride) % BINS;
    weights.forEach((weight, i) => {
      const to = bin + i - reach;
      if (to >= 0 && to < BINS) result[cell + (to - bin) * stride] += count * weight / total;
    });
  });
  return result;
}

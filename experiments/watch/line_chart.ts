/**
 * Line charts of braille characters: each has 2 × 4 dots.
 *
 * @module
 */

/** The size of a chart in characters, and its axes. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** The last place of the horizontal axis, which begins at 1. */
  readonly last: number;
  readonly range: readonly [low: number, high: number];
}

/** The bits of the dots of a braille character, by row and column. */
const BITS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const BRAILLE = 0x2800;

/**
 * The rows of a chart of the values at 1, 2, and so on. Values outside of the range are drawn at
 * its edge, others than numbers leave a gap.
 */
export function lineChart(
  values: readonly number[],
  { width, height, last, range: [low, high] }: ChartSize,
): string[] {
  const cells = Array.from({ length: height }, () => new Uint8Array(width));
  const [columns, rows] = [2 * width, 4 * height];
  let before: number | undefined;
  for (let column = 0; column < columns; column++) {
    const value = valueAt(values, column, columns, last);
    if (!Number.isFinite(value)) {
      before = undefined;
      continue;
    }
    const share = high > low ? (high - value) / (high - low) : 0.5;
    const row = Math.round(Math.min(1, Math.max(0, share)) * (rows - 1));
    // From the row before to this one, so that the line has no holes.
    const from = before === undefined ? row : before + Math.sign(row - before);
    for (let y = Math.min(from, row); y <= Math.max(from, row); y++) {
      cells[y >> 2][column >> 1] |= BITS[y & 3][column & 1];
    }
    before = row;
  }
  return cells.map((line) => String.fromCodePoint(...Array.from(line, (bits) => BRAILLE + bits)));
}

/**
 * The value at a column of dots: the mean of the values that fall on it, or, where they are fewer
 * than columns, the straight line between two of them. NaN after the last value.
 */
function valueAt(
  values: readonly number[],
  column: number,
  columns: number,
  last: number,
): number {
  const step = (last - 1) / (columns - 1);
  const place = column * step;
  if (step >= 1) {
    const own = values.slice(Math.max(0, Math.ceil(place - step / 2)), Math.ceil(place + step / 2));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  }
  // A place such as 2.0000000000000004 is that of a value.
  const nearest = Math.round(place);
  const [below, above] = Math.abs(place - nearest) < 1e-9
    ? [nearest, nearest]
    : [Math.floor(place), Math.ceil(place)];
  const share = above === below ? 0 : place - below;
  return share === 0 ? values[below] ?? NaN : (values[above] ?? NaN) * share +
    values[below] * (1 - share);
}

/** The share of the first values that do not count for the range: losses fall fast at first. */
const BEGIN = 0.1;

/** The range of a chart: that of the values after the first tenth. */
export function rangeOf(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values.slice(Math.floor(values.length * BEGIN))) {
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return low <= high ? [low, high] : [0, 0];
}

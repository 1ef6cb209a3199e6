/**
 * How a product is laid out: the loops of its rows, columns and terms, and the rows of its tiles.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { isStrided, scaleOf } from "../../indexing.ts";
import { indicesOf, type MatmulKernel, valuesOf } from "../../kernel.ts";
import { type Loop, loopsOver, oneRound } from "./loops.ts";
import type { Steps } from "./nest.ts";
import { panelWidth } from "./tile.ts";

/** What m rows take in tiles of some rows: a tile of less than 4 rows takes as long as one of 4. */
function costOfRows(m: number, rows: number): number {
  const tile = (rows: number) => 1 + Math.max(4, rows);
  return Math.floor(m / rows) * tile(rows) + (m % rows && tile(m % rows));
}

/**
 * The number of rows in a tile of n columns: 4, whose elements of the left-hand side are read four
 * at a time. With at most four columns a row has one vector, and 12 rows fit into 16 registers; but
 * fewer may leave a better rest: 14 rows cost 13 + 5 in tiles of 12, and 6 + 6 + 5 in tiles of 5.
 */
const tileRowsOf = (m: number, n: number): number =>
  n > 4
    ? 4
    : [12, 5, 4].reduce((best, rows) =>
      costOfRows(m, rows) < 0.95 * costOfRows(m, best) ? rows : best
    );

/** Everything about a product that does not change while it runs. Strides in elements. */
export interface Shape {
  /** The loops outside of rows and columns, and those of the rows and columns of tiles. */
  readonly batch: readonly Loop[];
  readonly rows: Loop;
  readonly column: Loop;
  /** Rows, columns, and terms of a sum. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly panels: number;
  readonly tileRows: number;
  readonly a: {
    readonly constant: number;
    readonly batch: readonly number[];
    readonly row: number;
    readonly terms: readonly Steps[];
  };
  readonly b: {
    readonly constant: number;
    readonly batch: readonly Steps[];
    readonly column: number;
    readonly rows: readonly Steps[];
  };
  /** The loops of the batch along which b differs: each of their indices has a packed copy. */
  readonly packed: readonly number[];
}

/** The shape of a product. Axes that are walked through as one become one loop. */
export function shapeOf({ space, over, a, b, stores }: MatmulKernel): Shape {
  if (!isStrided(a.at) || !isStrided(b.at)) {
    throw new TypeError("Cannot multiply a matrix that is not strided");
  }
  const rank = space.length;
  const steps = ({ at }: typeof a, loops: readonly Loop[]): Steps[] =>
    loops.map(({ axis, size }) => ({ size, stride: scaleOf(at, axis) }));
  const batch = loopsOver(0, space.slice(0, -1), [a.at, b.at, ...indicesOf(valuesOf({ stores }))]);
  const column = { axis: rank - 1, size: space[rank - 1] };
  const n = column.size;
  const rows = takeRows(batch, b, n);
  const m = rows.size;
  const k = sizeOf(over);
  const [left, right] = [steps(a, [...batch, rows]), steps(b, [...batch, column])];
  return {
    ...{ batch, rows, column, m, n, k, panels: Math.ceil(n / panelWidth) },
    tileRows: tileRowsOf(m, n),
    a: {
      constant: a.at.constant,
      batch: left.slice(0, -1).map(({ stride }) => stride),
      row: left.at(-1)!.stride,
      terms: steps(a, loopsOver(rank, over, [a.at])),
    },
    b: {
      constant: b.at.constant,
      batch: right.slice(0, -1),
      column: right.at(-1)!.stride,
      rows: steps(b, loopsOver(rank, over, [b.at])),
    },
    packed: right.slice(0, -1).flatMap(({ stride }, i) => stride === 0 ? [] : [i]),
  };
}

/**
 * Takes out of the loops of a batch the one that the rows of a tile go along: the last where all of
 * them read the same of b, unless another makes better tiles. Of [100, 7, 7, 64], 100 images of 7
 * by 7 elements, tiles of 4 rows take elements of 4 images.
 */
function takeRows(batch: Loop[], b: MatmulKernel["b"], n: number): Loop {
  const cost = ({ size }: Loop) => costOfRows(size, tileRowsOf(size, n)) / size;
  let best: Loop | undefined;
  for (const loop of [...batch].reverse()) {
    if (scaleOf(b.at, loop.axis) !== 0) continue;
    if (best === undefined || cost(loop) < 0.9 * cost(best)) best = loop;
  }
  if (best === undefined) return oneRound;
  batch.splice(batch.indexOf(best), 1);
  return best;
}

/** The number of packed copies of b. */
export const copiesOf = ({ batch, packed }: Shape): number =>
  sizeOf(packed.map((i) => batch[i].size));

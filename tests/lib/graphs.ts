/**
 * Random graphs, for asking whether a compiler computes what the ops say. A graph is decided by a list of numbers: each
 * choice takes the next one, and 0 when there are none left, so that fast-check can make a failing graph smaller.
 *
 * There are two kinds. *Exact* graphs have small integers for elements, which float32 and float64 hold alike, so results
 * must be equal. *Smooth* graphs have functions, too; every value carries a bound on its size and on its rounding error.
 *
 * @module
 */
import * as g from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { floats, toTensor } from "./naive.ts";

/** A node with what is known of its elements: |x| ≤ bound, and how far a float32 device may be off. */
export interface Value {
  readonly x: Tensor;
  readonly bound: number;
  readonly error: number;
}

/** Elements beyond this are brought back before they are used. */
const LIMIT = 2 ** 10;
const MOST_ELEMENTS = 600;
const SHAPES = [[3, 4], [4], [], [2, 3, 4], [4, 3], [5, 1], [1, 65], [0, 3], [7, 9]];

class Choices {
  #next = 0;
  constructor(readonly list: readonly number[]) {}
  /** One of 0 … n − 1. */
  below = (n: number): number => (this.list[this.#next++] ?? 0) % n;
  of = <T>(options: readonly T[]): T => options[this.below(options.length)];
}

/** What differs between the two kinds of graphs. */
interface Kind {
  /** The rounding error of one operation, relative to its result. */
  readonly unit: number;
  readonly leaf: (shape: readonly number[], seed: number) => Value;
  /** The same value, or a smaller one made of it. */
  readonly tame: (value: Value) => Value;
  readonly elementwise: readonly ((a: Value, b: Value, choices: Choices) => Value)[];
}

// Rules of error propagation, to first order and a little more.

const sumOf = (x: Tensor, a: Value, b: Value, unit: number): Value => {
  const bound = a.bound + b.bound;
  return { x, bound, error: a.error + b.error + unit * bound };
};
const productOf = (x: Tensor, a: Value, b: Value, unit: number): Value => ({
  x,
  bound: a.bound * b.bound,
  error: a.error * b.bound + b.error * a.bound + a.error * b.error + unit * a.bound * b.bound,
});
/** A sum of n elements of one value. */
const totalOf = (x: Tensor, { bound, error }: Value, n: number, unit: number): Value => ({
  x,
  bound: n * bound,
  error: n * error + n * n * unit * bound,
});
const unionOf = (x: Tensor, a: Value, b: Value): Value => ({
  x,
  bound: Math.max(a.bound, b.bound),
  error: Math.max(a.error, b.error),
});

// Structure: what both kinds of graphs have.

const moved = (value: Value, x: Tensor): Value => ({ ...value, x });
/** Small integers, which depend on the data where that is exact: rows to take, or to add to. */
const rowsOf = ({ x, error }: Value, n: number): Tensor =>
  error === 0
    ? g.cast(g.slice(g.reshape(x, [x.size]), [0], [n]), "int32")
    : g.sub(g.flip(g.iota([n])), 1);

type Step = (a: Value, b: Value, choices: Choices, unit: number) => Value;

const structure: readonly Step[] = [
  (a, _, c) => {
    const axes = a.x.shape.map((_, axis) => axis);
    return moved(a, g.transpose(a.x, axes.toSorted(() => c.below(2) - 0.5)));
  },
  (a, _, c) => moved(a, g.reshape(a.x, c.of([[a.x.size], [...a.x.shape, 1], halves(a.x.size)]))),
  (a, _, c) => {
    const start = a.x.shape.map((d) => c.below(d + 1)), step = a.x.shape.map(() => 1 + c.below(2));
    const shape = a.x.shape.map((d, i) => Math.ceil((d - start[i]) / step[i]));
    return moved(a, g.slice(a.x, start, shape, step));
  },
  (a, _, c) => moved(a, g.flip(a.x, a.x.shape.flatMap((_, axis) => c.below(2) ? [axis] : []))),
  (a, _, c) => {
    const [low, high, interior] = [2, 3, 2].map((n) => a.x.shape.map(() => c.below(n)));
    return moved(a, g.pad(a.x, { low, high, interior }));
  },
  (a, _, c) => moved(a, g.broadcastTo(g.expandDims(a.x, 0), [1 + c.below(3), ...a.x.shape])),
  (a, b, c) => {
    if (a.x.rank === 0) return moved(a, g.stack([a.x, g.reshape(a.x, [])]));
    const other = g.sameShape(a.x.shape, b.x.shape) ? b : a;
    return unionOf(g.concat([a.x, other.x], c.below(a.x.rank)), a, other);
  },
  (a, _, c, unit) => {
    const axis = a.x.shape.flatMap((_, axis) => c.below(2) ? [] : [axis]);
    const n = axis.reduce((n, i) => n * a.x.shape[i], 1);
    return totalOf(g.sum(a.x, { axis, keepDims: c.below(2) === 1 }), a, n, unit);
  },
  (a, _, c) => {
    const axis = a.x.shape.flatMap((_, axis) => c.below(2) ? [] : [axis]);
    return moved(a, g.max(g.reduceMax(a.x, { axis }), -a.bound)); // of no elements it is −∞
  },
  (a, _, c, unit) => {
    if (a.x.rank === 0) return a;
    const axis = c.below(a.x.rank);
    const x = g.cumsum(a.x, { axis, exclusive: c.below(2) === 1, reverse: c.below(2) === 1 });
    return totalOf(x, a, a.x.shape[axis], unit);
  },
  (a, b, _, unit) => {
    const left = a.x.rank < 2 ? g.reshape(a.x, [1, a.x.size]) : a.x;
    const k = left.shape.at(-1)!;
    const fits = b.x.rank === 2 && b.x.shape[0] === k;
    const right = fits ? b : moved(a, swapped(left));
    const one = productOf(a.x, a, right, unit);
    return totalOf(g.matmul(left, right.x), one, k, unit);
  },
  (a, b) => {
    if (a.x.rank === 0 || a.x.shape[0] === 0) return a;
    return moved(a, g.take(a.x, rowsOf(b, Math.min(b.x.size, 5))));
  },
  (a, b, c, unit) => {
    if (a.x.rank === 0 || a.x.shape[0] === 0) return a;
    const n = Math.min(a.x.shape[0], b.x.size);
    const updates = g.slice(a.x, a.x.shape.map(() => 0), [n, ...a.x.shape.slice(1)]);
    return totalOf(g.scatterAdd(1 + c.below(4), rowsOf(b, n), updates), a, n, unit);
  },
  (a, b, _, unit) => broadcasts(a, b, (x, y) => sumOf(g.add(x, y), a, b, unit)),
  (a, b, _, unit) => broadcasts(a, b, (x, y) => sumOf(g.sub(x, y), a, b, unit)),
  (a, b, _, unit) => broadcasts(a, b, (x, y) => productOf(g.mul(x, y), a, b, unit)),
  (a, b) => broadcasts(a, b, (x, y) => unionOf(g.max(x, y), a, b)),
  (a, b) => broadcasts(a, b, (x, y) => unionOf(g.min(x, y), a, b)),
  (a, b, c) => {
    const place = g.iota(a.x.shape.length === 0 ? [1] : a.x.shape, -1);
    const even = g.reshape(g.equal(g.and(place, 1), c.below(2)), a.x.shape);
    return broadcasts(a, b, (x, y) => unionOf(g.where(even, x, y), a, b));
  },
  (a) => moved(a, g.stopGradient(g.neg(a.x))),
  // Differences of neighbours: one tensor, read at two places.
  (a, _, c, unit) => {
    if (a.x.size === 0 || a.x.rank === 0) return a;
    const along = c.below(a.x.rank);
    const shape = a.x.shape.map((d, axis) => d - Number(axis === along));
    const from = (start: number) => a.x.shape.map((_, axis) => axis === along ? start : 0);
    return sumOf(g.sub(g.slice(a.x, from(1), shape), g.slice(a.x, from(0), shape)), a, a, unit);
  },
];

const halves = (n: number): number[] => n % 2 === 0 ? [2, n / 2] : [n, 1];
const swapped = (x: Tensor): Tensor =>
  g.transpose(x, [...x.shape.keys()].toSpliced(-2, 2, x.rank - 1, x.rank - 2));

/** Makes b's shape fit that of a, if it does not: the largest element of b then stands for it. */
function broadcasts(a: Value, b: Value, f: (x: Tensor, y: Tensor) => Value): Value {
  const rank = Math.min(a.x.rank, b.x.rank);
  const fits = Array.from({ length: rank }, (_, i) => [a.x.shape.at(-1 - i), b.x.shape.at(-1 - i)])
    .every(([m, n]) => m === n || m === 1 || n === 1);
  return f(a.x, fits ? b.x : g.max(g.reduceMax(b.x), -b.bound));
}

// The two kinds.

const bits = (op: g.Binary): Kind["elementwise"][number] => (a, b) =>
  broadcasts(a, b, (x, y) => ({
    x: g.cast(g.and(op(g.cast(x, "int32"), g.cast(y, "int32")), 31), "float32"),
    bound: 31,
    error: 0,
  }));

const exact: Kind = {
  unit: 0,
  leaf: (shape, seed) => ({ x: g.floor(toTensor(floats(shape, -4, 5, seed))), bound: 4, error: 0 }),
  // x mod 8, exactly
  tame: (value) =>
    value.bound <= LIMIT
      ? value
      : { x: g.sub(value.x, g.mul(g.floor(g.mul(value.x, 1 / 8)), 8)), bound: 7, error: 0 },
  elementwise: [
    bits(g.xor),
    bits(g.shiftLeft),
    bits(g.mul),
    (a) => ({ ...a, x: g.abs(a.x) }),
    (a, b) =>
      broadcasts(a, b, (x, y) => ({ x: g.cast(g.less(x, y), "float32"), bound: 1, error: 0 })),
    (a, _, c) =>
      a.x.rank === 0 || a.x.shape.includes(0) ? a : {
        x: g.cast(g.argmax(a.x, { axis: c.below(a.x.rank) }), "float32"),
        bound: Math.max(...a.x.shape),
        error: 0,
      },
  ],
};

/** A function with its slope, the largest of its results, and its error in units in the last place. */
const smoothly = (
  f: (x: Tensor) => Tensor,
  slope: number,
  most: (bound: number) => number,
  ulps: number,
): Kind["elementwise"][number] =>
(a) => {
  const bound = most(a.bound);
  return { x: f(a.x), bound, error: slope * a.error + ulps * 2 ** -23 * bound };
};

const smooth: Kind = {
  unit: 2 ** -23,
  leaf: (shape, seed) => ({ x: toTensor(floats(shape, -2, 2, seed)), bound: 2, error: 0 }),
  tame: (a) =>
    a.bound <= LIMIT
      ? a
      : { x: g.mul(a.x, 1 / a.bound), bound: 1, error: a.error / a.bound + 2 ** -22 },
  elementwise: [
    smoothly(g.tanh, 1, () => 1, 5),
    smoothly(g.sigmoid, 1 / 4, () => 1, 5),
    smoothly(g.softplus, 1, (bound) => bound + 1, 5),
    smoothly(g.sin, 1, () => 1, 2),
    smoothly(g.cos, 1, () => 1, 2),
    smoothly((x) => g.exp(g.neg(g.abs(x))), 1, () => 1, 2),
    smoothly((x) => g.log1p(g.abs(x)), 1, (bound) => Math.log1p(bound), 5),
    smoothly((x) => g.expm1(g.min(x, 1)), Math.E, () => Math.E, 2),
    smoothly((x) => g.sqrt(g.add(g.abs(x), 1)), 1 / 2, (bound) => Math.sqrt(bound + 1), 6),
    smoothly((x) => g.div(1, g.add(g.abs(x), 1)), 1, () => 1, 5),
    smoothly((x) => g.log(g.add(g.abs(x), 1)), 1, (bound) => Math.log1p(bound) + 1, 5),
  ],
};

function grow(kind: Kind, list: readonly number[]): Value[] {
  const choices = new Choices(list);
  return growFrom(kind, [1, 2, 3].map((seed) => kind.leaf(choices.of(SHAPES), seed)), choices);
}

/** Adds nodes to a pool of them and returns three; some that it makes are touched. */
function growFrom(
  kind: Kind,
  pool: Value[],
  choices: Choices,
  touch?: (x: Tensor) => void,
): Value[] {
  const { length } = choices.list;
  const steps = [...structure, ...kind.elementwise];
  for (let i = 0; i < length / 4; i++) {
    const step = choices.of(steps);
    // Mostly what was made last, so that graphs get deep; at times anything.
    const a = kind.tame(choices.below(3) ? pool[pool.length - 1] : choices.of(pool));
    const made = step(a, kind.tame(choices.of(pool)), choices, kind.unit);
    if (made.x.size <= MOST_ELEMENTS && made.x.rank <= 5) pool.push(kind.tame(made));
    if (touch !== undefined && choices.below(4) === 0) touch(pool[pool.length - 1].x);
  }
  return [pool[pool.length - 1], choices.of(pool), choices.of(pool)];
}

/** Three nodes of a graph of integers. */
export const exactGraph = (choices: readonly number[]): Value[] => grow(exact, choices);
/** Three nodes of a graph of functions. */
export const smoothGraph = (choices: readonly number[]): Value[] => grow(smooth, choices);

/** What a graph with computed and uncomputed nodes is made of. */
export interface MixedGraph {
  readonly leaves: readonly Tensor[];
  readonly outputs: readonly Value[];
}

/**
 * A graph whose leaves are data and constants, of the same few shapes, and of which some nodes are touched while it grows.
 *
 * @param given the leaves, where they are not to be made
 */
export function mixedGraph(
  kind: "exact" | "smooth",
  list: readonly number[],
  touch: (x: Tensor) => void,
  given?: readonly Tensor[],
): MixedGraph {
  const choices = new Choices(list);
  const rules = { exact, smooth }[kind];
  const pool = [0, 1, 2].map((n): Value => {
    const shape = choices.of([[3, 4], [4], [4, 3], [1, 65]]);
    const value = choices.of([
      rules.leaf(shape, n),
      { x: g.full(shape, n), bound: n, error: 0 },
      { x: g.iota(shape, -1, "float32"), bound: 64, error: 0 },
    ]);
    if (choices.below(2)) touch(value.x);
    return given === undefined ? value : { ...value, x: given[n] };
  });
  const leaves = pool.map(({ x }) => x);
  return { leaves, outputs: growFrom(rules, pool, choices, touch) };
}

/**
 * The rows of the primitives that add up: sum, prod, extremes, cumsum and matmul. A sum of n terms
 * may be off by n half units in the last place of Σ|term|, in whatever order it is taken.
 *
 * @module
 */
import * as g from "../../../mod.ts";
import type { DType, Tensor } from "../../../mod.ts";
import { contract } from "../../../lib/ops/matmul.ts";
import { type Case, ofViews, sizes } from "../../fixtures/cases.ts";
import {
  at,
  build,
  buildSums,
  floats,
  indices,
  integers,
  type Naive,
} from "../../fixtures/naive.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sample = (shape: readonly number[], dtype: DType): Naive =>
  dtype === "float32" ? floats(shape) : integers(shape, dtype);

/** For each element of a reduction, the elements of x that belong to it. */
function lines(
  x: Naive,
  axes: readonly number[],
): { shape: number[]; of: (i: number[]) => number[] } {
  const keptAxes = range(x.shape.length).filter((axis) => !axes.includes(axis));
  const over = indices(axes.map((axis) => x.shape[axis]));
  return {
    shape: keptAxes.map((axis) => x.shape[axis]),
    of: (index) =>
      over.map((inner) =>
        at(
          x,
          x.shape.map((
            _,
            axis,
          ) => (axes.includes(axis) ? inner[axes.indexOf(axis)] : index[keptAxes.indexOf(axis)])),
        )
      ),
  };
}

/** The sum over axes, with what its rounding errors are relative to. */
function sumOver(x: Naive, axes: readonly number[]): Naive {
  const { shape, of } = lines(x, axes);
  return buildSums(shape, (...index) => of(index), x.dtype);
}

function maxOver(x: Naive, axes: readonly number[]): Naive {
  const least = { float32: -Infinity, int32: -(2 ** 31), uint32: 0, bool: 0 }[x.dtype];
  const { shape, of } = lines(x, axes);
  return build(shape, (...index) => of(index).reduce((a, b) => Math.max(a, b), least), x.dtype);
}

function minOver(x: Naive, axes: readonly number[]): Naive {
  const most = { float32: Infinity, int32: 2 ** 31 - 1, uint32: 2 ** 32 - 1, bool: 1 }[x.dtype];
  const { shape, of } = lines(x, axes);
  return build(shape, (...index) => of(index).reduce((a, b) => Math.min(a, b), most), x.dtype);
}

/** Products; each of n factors may add half a place. Integers wrap around. */
function productOver(x: Naive, axes: readonly number[]): Naive {
  const { shape, of } = lines(x, axes);
  const times = (a: number, b: number) =>
    x.dtype === "float32" ? a * b : x.dtype === "int32" ? Math.imul(a, b) : Math.imul(a, b) >>> 0;
  const y = build(shape, (...index) => of(index).reduce(times, 1), x.dtype);
  const factors = axes.reduce((n, axis) => n * x.shape[axis], 1);
  return { ...y, terms: y.data.map((value) => Math.max(1, factors) * Math.abs(value)) };
}

const REDUCTIONS: readonly (readonly [shape: readonly number[], axes: readonly number[]])[] = [
  ...sizes.map((n) => [[n], [0]] as const),
  ...sizes.map((n) => [[3, n], [1]] as const),
  ...sizes.map((n) => [[n, 5], [0]] as const),
  [[4, 5, 6], [1]],
  [[4, 5, 6], [0, 2]],
  [[4, 5, 6], [0, 1, 2]],
  [[65, 130], [0]],
  [[130, 65], [1]],
  [[2, 0, 3], [1]],
  [[2, 0, 3], [0]],
  [[0], [0]],
];

function reduction(
  op: (x: Tensor, options: g.ReduceOptions) => Tensor,
  expected: (x: Naive, axes: readonly number[]) => Naive,
  ulps: number,
  draw: typeof sample = sample,
): Case[] {
  const plain = REDUCTIONS.flatMap(([shape, axis]) =>
    (shape.length > 2 ? ["float32", "int32", "uint32"] as const : ["float32"] as const).map(
      (dtype): Case => {
        const x = draw(shape, dtype);
        return {
          title: `${dtype} [${shape}] over ${axis}`,
          inputs: [x],
          compute: (x) => op(x, { axis }),
          expected: expected(x, axis),
          ulps,
        };
      },
    )
  );
  const keepDims = floats([3, 4]);
  const special = build([5, 3], (i, j) => [1, 2, NaN, Infinity, -Infinity][(i * (j + 1)) % 5]);
  return [
    ...plain,
    ...ofViews((x) => op(x, { axis: 0 }), (x) => expected(x, [0]), ulps),
    ...ofViews((x) => op(x, { axis: 1 }), (x) => expected(x, [1]), ulps),
    {
      title: "keepDims",
      inputs: [keepDims],
      compute: (x) => op(x, { axis: -1, keepDims: true }),
      expected: { ...expected(keepDims, [1]), shape: [3, 1] },
      ulps,
    },
    {
      title: "a flipped nothing",
      inputs: [floats([0])],
      compute: (x) => op(g.flip(g.neg(x)), { axis: 0 }),
      expected: expected(floats([0]), [0]),
    },
    {
      title: "NaN, ±∞",
      inputs: [special],
      compute: (x) => op(x, { axis: 0 }),
      expected: expected(special, [0]),
    },
  ];
}

/** Which elements of a line of n a running sum has seen at place i. */
function window(i: number, n: number, { exclusive, reverse }: Running): number[] {
  const upTo = (k: number) => range(k + Number(!exclusive));
  return reverse ? upTo(n - 1 - i).map((j) => n - 1 - j) : upTo(i);
}
interface Running {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

function runningSum(x: Naive, axis: number, running: Running): Naive {
  return buildSums(
    x.shape,
    (...index) =>
      window(index[axis], x.shape[axis], running).map((i) => at(x, index.toSpliced(axis, 1, i))),
    x.dtype,
  );
}

/** Equal numbers, whose rounding errors have one sign: 8 · 2⁻²³ is 1e-6. */
function longSum(shape: readonly number[], axis: number): Case {
  const x = build(shape, () => Math.fround(0.1));
  return {
    title: `.1 in [${shape}] along ${axis}`,
    inputs: [x],
    compute: (x) => g.cumsum(x, { axis }),
    expected: build(shape, (...index) => (index[axis] + 1) * x.data[0]),
    ulps: 8,
  };
}

const cumsum: Case[] = (() => {
  const shapes: readonly (readonly [readonly number[], number])[] = [
    ...sizes.map((n) => [[n], 0] as const),
    [[3, 65], 1],
    [[65, 3], 0],
    [[4, 5, 6], 1],
    [[2, 0], 0],
    [[0, 2], 1],
  ];
  const ways = [{}, { exclusive: true }, { reverse: true }, { exclusive: true, reverse: true }];
  const title = (way: Running) => Object.keys(way).join(" ") || "plain";
  const special = build([4], (i) => [1, Infinity, 2, -Infinity][i]);
  return [
    longSum([60_000], 0),
    longSum([2, 5001], 1),
    longSum([3001, 5], 0),
    ...ways.flatMap((way) =>
      shapes.flatMap(([shape, axis]) =>
        (shape.length === 3 ? ["float32", "int32", "uint32"] as const : ["float32"] as const).map(
          (dtype): Case => {
            const x = sample(shape, dtype);
            return {
              title: `${title(way)} ${dtype} [${shape}] along ${axis}`,
              inputs: [x],
              compute: (x) => g.cumsum(x, { axis, ...way }),
              expected: runningSum(x, axis, way),
              ulps: 0.5,
            };
          },
        )
      )
    ),
    ...ofViews((x) => g.cumsum(x, { axis: 0 }), (x) => runningSum(x, 0, {}), 0.5),
    {
      title: "NaN from ∞ − ∞ on, not before",
      inputs: [special],
      compute: (x) => g.cumsum(x, { axis: 0 }),
      expected: build([4], (i) => [1, Infinity, Infinity, NaN][i]),
    },
  ];
})();

/** How an operand is stored, and how it is read. */
const OPERANDS = {
  plain: { stored: (m: number, n: number) => [m, n], view: (x: Tensor) => x },
  transposed: { stored: (m: number, n: number) => [n, m], view: (x: Tensor) => g.transpose(x) },
} as const;
type Operand = keyof typeof OPERANDS;

const product = (a: Naive, b: Naive, [m, k, n]: readonly number[]): Naive =>
  buildSums([m, n], (i, j) => range(k).map((l) => at(a, [i, l]) * at(b, [l, j])));
const turned = (x: Naive): Naive => build([x.shape[1], x.shape[0]], (i, j) => at(x, [j, i]));

function matmulCase(size: readonly [number, number, number], left: Operand, right: Operand): Case {
  const [m, k, n] = size;
  const a = floats(OPERANDS[left].stored(m, k), -1, 1, 1);
  const b = floats(OPERANDS[right].stored(k, n), -1, 1, 2);
  return {
    title: `[${m}, ${k}] ${left} by [${k}, ${n}] ${right}`,
    inputs: [a, b],
    compute: (a, b) => g.matmul(OPERANDS[left].view(a), OPERANDS[right].view(b)),
    expected: product(left === "plain" ? a : turned(a), right === "plain" ? b : turned(b), size),
    ulps: 0.5,
  };
}

const batched = (a: readonly number[], b: readonly number[], batch: readonly number[]): Case => {
  const x = floats(a, -1, 1, 1), y = floats(b, -1, 1, 2);
  const [m, k] = a.slice(-2), n = b.at(-1)!;
  // A batch axis of size 1, or none, is read again for every batch.
  const inBatch = (of: readonly number[], index: readonly number[]) =>
    index.slice(batch.length + 2 - of.length).map((i, axis) => of[axis] === 1 ? 0 : i);
  return {
    title: `[${a}] by [${b}]`,
    inputs: [x, y],
    compute: (x, y) => g.matmul(x, y),
    expected: buildSums([...batch, m, n], (...index) => {
      const outer = index.slice(0, -2), [i, j] = index.slice(-2);
      return range(k).map((l) =>
        at(x, [...inBatch(a, outer), i, l]) * at(y, [...inBatch(b, outer), l, j])
      );
    }),
    ulps: 0.5,
  };
};

const matmul: Case[] = (() => {
  const sizes = [[1, 1, 1], [1, 7, 1], [64, 64, 64], [65, 63, 33], [3, 130, 1], [
    1,
    5,
    129,
  ]] as const;
  const empty = [[0, 3, 2], [3, 0, 2], [3, 2, 0], [0, 0, 0]] as const;
  const v = floats([7], -1, 1, 1), w = floats([7], -1, 1, 2), a = floats([7, 5], -1, 1, 3);
  const special = build([2, 2], (i, j) => i === 0 ? [NaN, 1][j] : [Infinity, 2][j]);
  const ones = build([2, 1], () => 1);
  const c = floats([9, 30], -1, 1, 4);
  const everyThird = build([9, 10], (i, j) => at(c, [8 - i, 3 * j]));
  return [
    ...[...sizes, ...empty].map((size) => matmulCase(size, "plain", "plain")),
    ...sizes.flatMap((size) => [
      matmulCase(size, "transposed", "plain"),
      matmulCase(size, "plain", "transposed"),
      matmulCase(size, "transposed", "transposed"),
    ]),
    batched([3, 4, 5], [3, 5, 6], [3]),
    batched([2, 1, 4, 5], [3, 5, 6], [2, 3]),
    batched([4, 5], [2, 5, 6], [2]),
    batched([0, 4, 5], [5, 6], [0]),
    batched([2, 65, 17], [2, 17, 66], [2]),
    {
      title: "vector by matrix",
      inputs: [v, a],
      compute: (v, a) => g.matmul(v, a),
      expected: buildSums([5], (j) => range(7).map((k) => v.data[k] * at(a, [k, j]))),
      ulps: 0.5,
    },
    {
      title: "matrix by vector",
      inputs: [a, v],
      compute: (a, v) => g.matmul(g.transpose(a), v),
      expected: buildSums([5], (j) => range(7).map((k) => v.data[k] * at(a, [k, j]))),
      ulps: 0.5,
    },
    {
      title: "vector by vector",
      inputs: [v, w],
      compute: (v, w) => g.matmul(v, w),
      expected: buildSums([], () => range(7).map((k) => v.data[k] * w.data[k])),
      ulps: 0.5,
    },
    {
      title: "a flipped, strided operand",
      inputs: [c, floats([10, 4])],
      compute: (c, b) => g.matmul(g.slice(g.flip(c, 0), [0, 0], [9, 10], [1, 3]), b),
      expected: product(everyThird, floats([10, 4]), [9, 10, 4]),
      ulps: 0.5,
    },
    {
      title: "operands that are computed",
      inputs: [v, w],
      compute: (v, w) => g.matmul(g.reshape(g.neg(v), [7, 1]), g.reshape(g.abs(w), [1, 7])),
      expected: build([7, 7], (i, j) => -v.data[i] * Math.abs(w.data[j])),
      ulps: 0.5,
    },
    {
      title: "NaN and ∞ stay in their rows",
      inputs: [special, ones],
      compute: (a, b) => g.matmul(a, b),
      expected: build([2, 1], (i) => [NaN, Infinity][i]),
    },
  ];
})();

/** Products over several axes, of strided and overlapping factors. */
const contractCases: Case[] = (() => {
  const x = floats([3, 8, 5]), w = floats([2, 5, 7]);
  const meeting = { rank: 3, left: [0, 1, 3, 4], right: [3, 4, 2] };
  return [
    {
      title: "windows by a matrix for each of their elements",
      inputs: [x, w],
      compute: (x, w) => contract(g.windows(x, 1, 2, { stride: 3 }), w, meeting),
      expected: buildSums(
        [3, 3, 7],
        (n, i, o) => indices([2, 5]).map(([a, c]) => at(x, [n, 3 * i + a, c]) * at(w, [a, c, o])),
      ),
      ulps: 0.5,
    },
    {
      title: "over no elements",
      inputs: [floats([4, 0, 3]), floats([3, 0, 5])],
      compute: (a, b) => contract(a, b, { rank: 2, left: [0, 2, 3], right: [3, 2, 1] }),
      expected: build([4, 5], () => 0),
    },
  ];
})();

/** The rows of the primitives that add up, by name. */
export const sumCases: Readonly<Record<string, readonly Case[]>> = {
  sum: reduction((x, options) => g.sum(x, options), sumOver, 0.5),
  reduceMax: reduction((x, options) => g.reduceMax(x, options), maxOver, 0),
  reduceMin: reduction((x, options) => g.reduceMin(x, options), minOver, 0),
  prod: reduction(
    (x, options) => g.prod(x, options),
    productOver,
    0.5,
    (shape, dtype) => dtype === "float32" ? floats(shape, 0.9, 1.1) : integers(shape, dtype),
  ),
  cumsum,
  contract: contractCases,
  matmul,
};

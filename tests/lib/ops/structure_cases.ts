/**
 * The rows of the primitives that move elements: reshape, transpose, broadcast, slice, pad, concat,
 * windows, flip, iota, take and scatterAdd.
 *
 * @module
 */
import * as g from "../../../mod.ts";
import type { DType, Tensor } from "../../../mod.ts";
import { type Case, sizes, views } from "../../fixtures/cases.ts";
import { at, build, buildSums, floats, integers, type Naive } from "../../fixtures/naive.ts";

type Compute = (...x: Tensor[]) => Tensor;
const exact = (
  title: string,
  inputs: readonly Naive[],
  compute: Compute,
  expected: Naive,
): Case => ({ title, inputs, compute, expected });

/**
 * A case that only moves elements: element `index` of the result is element `from(index)` of the
 * input.
 */
function moves(
  title: string,
  of: readonly number[],
  compute: (x: Tensor) => Tensor,
  shape: readonly number[],
  from: (...index: number[]) => readonly number[],
): Case[] {
  const inputs = [floats(of), integers(of, "int32"), integers(of, "bool")];
  return inputs.map((x) =>
    exact(
      `${title}, ${x.dtype}`,
      [x],
      compute,
      build(shape, (...index) => at(x, from(...index)), x.dtype),
    )
  );
}

const viewsCalled = (...titles: string[]): Case[] =>
  views.filter((view) => titles.includes(view.title))
    .flatMap(({ title, of, tensor, index }) => moves(title, of, tensor, [7, 9], index));

const clamp = (i: number, n: number) => Math.min(Math.max(i, 0), n - 1);
const int32 = (shape: readonly number[], ...data: number[]): Naive => ({
  shape,
  dtype: "int32",
  data,
});
const OUT_OF_RANGE = int32([6], 4, -1, 7, 0, 2 ** 31 - 1, -(2 ** 31));
/** Indices that a device computes: those out of range are clamped, not refused. */
const computed = (indices: Tensor): Tensor => g.add(indices, 0);

const pad: Case[] = (() => {
  const x = floats([3, 4]);
  const padding = { low: [1, 0], high: [0, 2], interior: [2, 1] };
  // Rows 1, 4, 7 of 8 and columns 0, 2, 4, 6 of 9 hold the elements, the others are zero.
  const spread = build([8, 9], (i, j) => {
    const row = (i - 1) / 3, column = j / 2;
    return Number.isInteger(row) && Number.isInteger(column) && column < 4 && row >= 0
      ? at(x, [row, column])
      : 0;
  });
  const frame = (d: DType) => {
    const y = integers([2, 3], d);
    const inside = (i: number, j: number) => i >= 1 && i < 3 && j >= 1 && j < 4;
    return exact(
      `a frame, ${d}`,
      [y],
      (y) => g.pad(y, { low: [1, 1], high: [1, 1] }),
      build([4, 5], (i, j) => inside(i, j) ? at(y, [i - 1, j - 1]) : 0, d),
    );
  };
  const nothing = build([5], () => 0);
  return [
    exact("between and around", [x], (x) => g.pad(x, padding), spread),
    frame("int32"),
    frame("uint32"),
    frame("bool"),
    ...moves(
      "one between two",
      [2],
      (x) => g.slice(g.pad(x, { low: [0], high: [1], interior: [1] }), [0], [2], [2]),
      [2],
      (i) => [i],
    ),
    exact("nothing", [floats([0])], (x) => g.pad(x, { low: [2], high: [3] }), nothing),
    exact("by nothing", [x], (x) => g.pad(x, { low: [0, 0], high: [0, 0] }), x),
  ];
})();

const concat: Case[] = (() => {
  const a = floats([2, 3], -1, 1, 1), b = floats([2, 5], -1, 1, 2), c = floats([2, 1], -1, 1, 3);
  const wide = build(
    [2, 9],
    (i, j) => j < 3 ? at(a, [i, j]) : j < 8 ? at(b, [i, j - 3]) : at(c, [i, 0]),
  );
  const t = floats([3, 2], -1, 1, 4);
  const tall = build([4, 3], (i, j) => i < 2 ? at(a, [i, j]) : at(t, [j, i - 2]));
  const p = integers([40], "uint32", 1), q = integers([25], "uint32", 2);
  const long = build([65], (i) => i < 40 ? p.data[i] : q.data[i - 40], "uint32");
  return [
    exact("three along axis 1", [a, b, c], (...x) => g.concat(x, -1), wide),
    exact("with a transposed one", [a, t], (a, t) => g.concat([a, g.transpose(t)]), tall),
    exact("uint32", [p, q], (...x) => g.concat(x), long),
    exact("with an empty one", [floats([0, 3]), a], (...x) => g.concat(x), a),
    exact("empty ones", [floats([0, 3]), floats([0, 3])], (...x) => g.concat(x), floats([0, 3])),
  ];
})();

const iota: Case[] = (["float32", "int32", "uint32"] as const).flatMap((dtype) => [
  ...sizes.map((n) =>
    exact(`[${n}] ${dtype}`, [], () => g.iota([n], 0, dtype), build([n], (i) => i, dtype))
  ),
  exact(
    "along axis 1",
    [],
    () => g.iota([3, 5, 2], 1, dtype),
    build([3, 5, 2], (_, j) => j, dtype),
  ),
]);

const take: Case[] = (() => {
  const x = floats([5, 3]);
  const grid = int32([2, 3], 0, 4, 2, 2, 1, 3);
  const rows = build([6, 3], (i, j) => at(x, [clamp(OUT_OF_RANGE.data[i], 5), j]));
  const byView = (indices: Tensor) => g.slice(g.flip(indices), [0], [3], [2]);
  const many = (n: number): Case => {
    const source = integers([7], "int32"), indices = build([n], (i) => (i * 5) % 9 - 1, "int32");
    const taken = build([n], (i) => source.data[clamp(indices.data[i], 7)], "int32");
    return exact(`[${n}]`, [source, indices], (x, i) => g.take(x, computed(i)), taken);
  };
  return [
    exact("rows, clamped", [x, OUT_OF_RANGE], (x, i) => g.take(x, computed(i)), rows),
    exact(
      "columns, clamped",
      [x, OUT_OF_RANGE],
      (x, i) => g.take(x, computed(i), 1),
      build([5, 6], (i, j) => at(x, [i, clamp(OUT_OF_RANGE.data[j], 3)])),
    ),
    exact(
      "a grid of columns",
      [floats([2, 5, 2]), grid],
      (x, i) => g.take(x, i, -2),
      build([2, 2, 3, 2], (a, i, j, b) => at(floats([2, 5, 2]), [a, at(grid, [i, j]), b])),
    ),
    exact("one row", [x, int32([], 3)], (x, i) => g.take(x, i), build([3], (j) => at(x, [3, j]))),
    exact(
      "rows of a view, by a view",
      [x, OUT_OF_RANGE],
      (x, i) => g.take(g.transpose(x), byView(i)),
      build([3, 5], (i, j) => at(x, [j, clamp(OUT_OF_RANGE.data[5 - 2 * i], 3)])),
    ),
    exact("empty rows", [floats([5, 0]), grid], (x, i) => g.take(x, i), floats([2, 3, 0])),
    ...sizes.map(many),
  ];
})();

/**
 * Update u goes to row u² modulo some rows more than there are, so rows repeat and some are out of
 * range.
 */
function scatterCase(m: number, rows: number, columns: number): Case {
  const target = build([m], (i) => (i * i) % (rows + 2) - 1, "int32"), x = floats([m, columns]);
  return {
    title: `${m} of [${m}, ${columns}] into ${rows}`,
    inputs: [target, x],
    compute: (i, x) => g.scatterAdd(rows, computed(i), x),
    expected: buildSums(
      [rows, columns],
      (r, c) => target.data.flatMap((t, u) => clamp(t, rows) === r ? [at(x, [u, c])] : []),
    ),
    ulps: 0.5,
  };
}
/** Equal numbers, whose rounding errors have one sign, all of them in one row: 8 · 2⁻²³ is 1e-6. */
function manyInOneRow(m: number, rows: number, columns: number): Case {
  const x = build([m, columns], () => Math.fround(0.1));
  return {
    title: `${m} in one of ${rows} rows of ${columns}`,
    inputs: [int32([m], ...Array(m).fill(1)), x],
    compute: (i, x) => g.scatterAdd(rows, i, x),
    expected: build([rows, columns], (r) => r === 1 ? m * x.data[0] : 0),
    ulps: 8,
  };
}

const scatterAdd: Case[] = [
  manyInOneRow(70_000, 3, 1),
  manyInOneRow(2000, 1000, 6),
  manyInOneRow(1000, 2, 3),
  ...sizes.map((m) => scatterCase(m, 5, 3)),
  ...sizes.slice(1).map((rows) => scatterCase(10, rows, 1)),
  scatterCase(64, 3, 1000),
  exact(
    "integers, rows of a view",
    [int32([4], 1, 0, 1, -9), int32([2, 4], 1, 2, 3, 4, 5, 6, 7, 2 ** 31 - 1)],
    (i, x) => g.scatterAdd(3, computed(i), g.transpose(x)),
    int32([3, 2], 6, (6 + 2 ** 31 - 1) | 0, 4, 12, 0, 0),
  ),
  exact("no updates", [int32([0]), floats([0, 2])], (i, x) => g.scatterAdd(2, i, x), {
    ...build([2, 2], () => 0),
  }),
  exact("no rows", [int32([0]), floats([0, 2])], (i, x) => g.scatterAdd(0, i, x), floats([0, 2])),
];

/** The rows of the movement and indexing primitives, by name. */
export const structureCases: Readonly<Record<string, readonly Case[]>> = {
  reshape: [
    ...viewsCalled("refolded"),
    ...moves("to two axes", [60], (x) => g.reshape(x, [5, -1]), [5, 12], (i, j) => [12 * i + j]),
    ...moves("to a scalar", [1, 1], (x) => g.reshape(x, []), [], () => [0, 0]),
    ...moves("nothing", [0, 3], (x) => g.reshape(x, [2, 0]), [2, 0], () => [0, 0]),
    ...sizes.flatMap((n) =>
      moves(`[${n}]`, [n], (x) => g.reshape(x, [1, n, 1]), [1, n, 1], (_, i) => [i])
    ),
  ],
  transpose: [
    ...viewsCalled("transposed"),
    ...moves(
      "axes",
      [2, 3, 5],
      (x) => g.transpose(x, [1, 2, 0]),
      [3, 5, 2],
      (i, j, k) => [k, i, j],
    ),
    ...moves("nothing", [0, 3], (x) => g.transpose(x), [3, 0], () => [0, 0]),
    ...moves("large", [65, 64], (x) => g.transpose(x), [64, 65], (i, j) => [j, i]),
  ],
  broadcast: [
    ...viewsCalled("row", "column"),
    ...moves("a scalar", [], (x) => g.broadcastTo(x, [65]), [65], () => []),
    ...moves("to nothing", [1, 3], (x) => g.broadcastTo(x, [0, 3]), [0, 3], () => [0, 0]),
  ],
  slice: [
    ...viewsCalled("sliced"),
    ...moves("nothing", [4], (x) => g.slice(x, [4], [0]), [0], () => [0]),
    ...moves("all", [65], (x) => g.slice(x, [0], [65]), [65], (i) => [i]),
    ...moves("every third", [1000], (x) => g.slice(x, [1], [333], [3]), [333], (i) => [1 + 3 * i]),
  ],
  windows: [
    ...moves("that overlap", [7], (x) => g.windows(x, 0, 3), [5, 3], (i, j) => [i + j]),
    ...moves(
      "by steps, along a middle axis",
      [2, 12, 3],
      (x) => g.windows(x, 1, 3, { stride: 2, dilation: 4 }),
      [2, 2, 3, 3],
      (a, i, j, b) => [a, 2 * i + 4 * j, b],
    ),
    ...moves("all of it", [65], (x) => g.windows(x, -1, 65), [1, 65], (_, j) => [j]),
  ],
  flip: [
    ...viewsCalled("flipped"),
    ...moves("one axis", [4, 16], (x) => g.flip(x, -1), [4, 16], (i, j) => [i, 15 - j]),
    ...moves("twice", [65], (x) => g.flip(g.flip(x)), [65], (i) => [i]),
    ...moves("nothing", [0], (x) => g.flip(x), [0], () => [0]),
  ],
  pad,
  concat,
  exchange: [false, true].map((descending): Case => {
    const x = integers([40], "uint32");
    const sign = descending ? -1 : 1;
    const order = [...x.data.keys()].sort((i, j) => sign * (x.data[i] - x.data[j]) || i - j);
    return exact(
      `by a sort${descending ? ", descending" : ""}`,
      [x],
      (x) => g.argsort(x, { descending }),
      build([40], (i) => order[i], "int32"),
    );
  }),
  iota,
  take,
  scatterAdd,
};

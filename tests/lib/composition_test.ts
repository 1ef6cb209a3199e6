/**
 * The ops that are made of primitives, against plain loops, on every device.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { float32Devices, onEveryDevice } from "../fixtures/devices.ts";
import { type Case, checkCases } from "../fixtures/cases.ts";
import { at, build, buildSums, floats, integers, type Naive, toTensor } from "../fixtures/naive.ts";

const one = (
  title: string,
  inputs: readonly Naive[],
  compute: (...x: Tensor[]) => Tensor,
  expected: Naive,
  ulps = 0,
): Case => ({ title, inputs, compute, expected, ulps });
const list = (data: readonly number[], dtype: g.DType = "float32"): Naive =>
  build([data.length], (i) => data[i], dtype);
const truth = (...data: (0 | 1)[]): Naive => list(data, "bool");

const a = list([1, 2, NaN, -Infinity, 0, NaN]), b = list([1, 1, 1, -Infinity, Infinity, NaN]);

onEveryDevice(
  "comparisons and their negations treat NaN as IEEE 754 does",
  (device) =>
    checkCases("comparison", [
      one("greater", [a, b], g.greater, truth(0, 1, 0, 0, 0, 0)),
      one("greaterEqual", [a, b], g.greaterEqual, truth(1, 1, 0, 1, 0, 0)),
      one("less", [a, b], g.less, truth(0, 0, 0, 0, 1, 0)),
      one("notEqual", [a, b], g.notEqual, truth(0, 1, 1, 0, 1, 1)),
      one("isNaN", [a], g.isNaN, truth(0, 0, 1, 0, 0, 1)),
      one("isNaN of a sum", [a, b], (a, b) => g.isNaN(g.sub(a, b)), truth(0, 0, 1, 1, 0, 1)),
      one("not", [a, b], (a, b) => g.not(g.less(a, b)), truth(1, 1, 1, 1, 0, 1)),
      one("not of bits", [list([0, -6], "int32")], g.not, list([-1, 5], "int32")),
      one(
        "not of bits",
        [list([0, 1], "uint32")],
        g.not,
        list([2 ** 32 - 1, 2 ** 32 - 2], "uint32"),
      ),
    ], device),
);

onEveryDevice("numbers take the dtype of the tensor beside them", (device) => {
  const i = list([7, -7], "int32"), u = list([7, 0], "uint32"), x = list([7, -7]);
  return checkCases("number", [
    one("int32 + 1", [i], (x) => g.add(x, 1), list([8, -6], "int32")),
    one("1 − uint32", [u], (x) => g.sub(1, x), list([2 ** 32 - 6, 1], "uint32")),
    one("float32 · 0.5", [x], (x) => g.mul(0.5, x), list([3.5, -3.5])),
    one("two numbers", [], () => g.add(1, 0.5), build([], () => 1.5)),
    one("x / 0", [list([0, 1, -1])], (x) => g.div(x, 0), list([NaN, Infinity, -Infinity])),
    one("x · ∞", [list([0, 1, -1])], (x) => g.mul(x, Infinity), list([NaN, Infinity, -Infinity])),
    one("x + NaN", [list([0, 1, -1])], (x) => g.add(x, NaN), list([NaN, NaN, NaN])),
    one(
      "int32 · the least",
      [i],
      (x) => g.mul(x, -(2 ** 31)),
      list([-(2 ** 31), -(2 ** 31)], "int32"),
    ),
    one("bool and 1", [truth(0, 1)], (x) => g.and(x, 1), truth(0, 1)),
  ], device);
});

onEveryDevice("elementwise ops broadcast by NumPy's rules", (device) => {
  const column = floats([3, 1]), row = floats([4], -1, 1, 5), cube = floats([2, 1, 4], -1, 1, 6);
  const none = floats([0, 1]), scalar = floats([]);
  return checkCases("broadcast", [
    one(
      "[3, 1] + [4]",
      [column, row],
      g.add,
      build([3, 4], (i, j) => column.data[i] + row.data[j]),
      0.5,
    ),
    one(
      "[2, 1, 4] + [3, 1]",
      [cube, column],
      g.add,
      build([2, 3, 4], (i, j, k) => at(cube, [i, 0, k]) + column.data[j]),
      0.5,
    ),
    one("[0, 1] + [4]", [none, row], g.add, floats([0, 4])),
    one("[] + [4]", [scalar, row], g.add, build([4], (i) => scalar.data[0] + row.data[i]), 0.5),
    one(
      "where [3, 1], [4], []",
      [column, row, scalar],
      (c, x, y) => g.where(g.less(c, 0), x, y),
      build([3, 4], (i, j) => column.data[i] < 0 ? row.data[j] : scalar.data[0]),
    ),
  ], device);
});

onEveryDevice("a formula may read one tensor at several places", (device) => {
  const x = floats([6, 6]);
  const part = (x: Tensor, i: number, j: number) => g.slice(x, [i, j], [4, 4]);
  const around = (i: number, j: number) =>
    at(x, [i, j + 1]) + at(x, [i + 2, j + 1]) - at(x, [i + 1, j]) - at(x, [i + 1, j + 2]);
  const mirrored = (i: number, j: number) => at(x, [i, j]) - at(x, [j, i]) + at(x, [5 - i, j]);
  return checkCases("places", [
    one(
      "four neighbours",
      [x],
      (x) => g.sub(g.add(part(x, 0, 1), part(x, 2, 1)), g.add(part(x, 1, 0), part(x, 1, 2))),
      { ...build([4, 4], around), terms: Array(16).fill(12) },
      1,
    ),
    one(
      "transposed and flipped",
      [x],
      (x) => g.add(g.sub(x, g.transpose(x)), g.flip(x, 0)),
      { ...build([6, 6], mirrored), terms: Array(36).fill(9) },
      1,
    ),
  ], device);
});

onEveryDevice("argmax finds the first of the largest, and NaN before all", (device) => {
  const x = build(
    [3, 4],
    (i, j) => [[1, 5, 5, 0], [-3, -2, -9, -2], [1, NaN, Infinity, NaN]][i][j],
  );
  const first = build([3], (i) => [1, 1, 1][i], "int32");
  const n = integers([65, 3], "int32");
  const top = (j: number) =>
    n.data.reduce((best, y, i) => i % 3 === j && y > at(n, [best, j]) ? (i - j) / 3 : best, 0);
  return checkCases("argmax", [
    one("rows", [x], (x) => g.argmax(x, { axis: 1 }), first),
    one("all elements", [x], (x) => g.argmax(x), build([], () => 9, "int32")),
    one("all, keepDims", [x], (x) => g.argmax(x, { keepDims: true }), {
      ...build([1, 1], () => 9, "int32"),
    }),
    one("keepDims", [x], (x) => g.argmax(x, { axis: -1, keepDims: true }), {
      ...first,
      shape: [3, 1],
    }),
    one("columns of int32", [n], (x) => g.argmax(x, { axis: 0 }), build([3], top, "int32")),
    one("all −∞", [list([-Infinity, -Infinity])], (x) => g.argmax(x, { axis: 0 }), {
      ...build([], () => 0, "int32"),
    }),
    one("one element", [list([-1])], (x) => g.argmax(x, { axis: 0 }), build([], () => 0, "int32")),
  ], device);
});

onEveryDevice("mean, logSumExp and softmax", (device) => {
  const x = floats([5, 7]);
  const rowOf = (i: number) => x.data.slice(7 * i, 7 * i + 7);
  const total = (i: number) => rowOf(i).reduce((sum, y) => sum + Math.exp(y), 0);
  const means = buildSums([7], (j) => Array.from({ length: 5 }, (_, i) => at(x, [i, j]) / 5));
  const limits = build(
    [5, 2],
    (i, j) => [[1000, 1000], [-1000, -1001], [-Infinity, -Infinity], [Infinity, 0], [NaN, 0]][i][j],
  );
  const expected = list([
    1000 + Math.LN2,
    -1000 + Math.log1p(Math.exp(-1)),
    -Infinity,
    Infinity,
    NaN,
  ]);
  return checkCases("reduction", [
    one("mean of columns", [x], (x) => g.mean(x, { axis: 0 }), means, 1),
    one("mean of none", [floats([2, 0])], (x) => g.mean(x, { axis: 1 }), list([NaN, NaN])),
    // Seven exponentials of 2 ulp, their sum, and a logarithm: relative to a total of more than 1.
    one(
      "logSumExp",
      [x],
      (x) => g.logSumExp(x, { axis: 1 }),
      { ...build([5], (i) => Math.log(total(i))), terms: Array(5).fill(3) },
      4,
    ),
    one("logSumExp, far out", [limits], (x) => g.logSumExp(x, { axis: 1 }), expected, 1),
    one("logSumExp of none", [floats([0])], (x) => g.logSumExp(x), build([], () => -Infinity)),
    one("logSumExp, keepDims", [floats([1, 1])], (x) => g.logSumExp(x, { keepDims: true }), {
      ...floats([1, 1]),
    }, 1),
    one(
      "softmax",
      [x],
      (x) => g.softmax(x),
      build([5, 7], (i, j) => Math.exp(at(x, [i, j])) / total(i)),
      16,
    ),
  ], device);
});

onEveryDevice("stack, expandDims and takeAlongAxis", (device) => {
  const x = floats([2, 3], -1, 1, 1), y = floats([2, 3], -1, 1, 2);
  const pick = build([2, 2], (i, j) => [[2, -5], [9, 0]][i][j], "int32");
  const column = [[2, 0], [2, 0]];
  const stacked = build([2, 2, 3], (i, k, j) => at(k === 0 ? x : y, [i, j]));
  return checkCases("structure", [
    one("stack", [x, y], (x, y) => g.stack([x, y], 1), stacked),
    one("stack at the end", [x, y], (x, y) => g.stack([x, y], -1), {
      ...build([2, 3, 2], (i, j, k) => at(k === 0 ? x : y, [i, j])),
    }),
    one("expandDims", [x], (x) => g.expandDims(x, -1), { ...x, shape: [2, 3, 1] }),
    one(
      "takeAlongAxis, clamped",
      [x, pick],
      (x, i) => g.takeAlongAxis(x, g.add(i, 0), 1),
      build([2, 2], (i, j) => at(x, [i, column[i][j]])),
    ),
    one(
      "takeAlongAxis 0",
      [x, build([1, 3], (_, j) => j % 2, "int32")],
      (x, i) => g.takeAlongAxis(x, i, 0),
      build([1, 3], (_, j) => at(x, [j % 2, j])),
    ),
  ], device);
});

for (const device of float32Devices) {
  Deno.test(`scatterAdd adds in the order of the updates, to the bit, on ${device.name}`, async () => {
    const target = build([1000], (i) => (i * i) % 7, "int32"), x = floats([1000], -1e3, 1e3);
    const scattered = () => g.run(g.scatterAdd(7, toTensor(target), toTensor(x)), device).read();
    const expected = Float32Array.from({ length: 7 }, (_, row) => {
      const sums = [0, 0, 0]; // of terms, of blocks of 16, and of blocks of 256
      let count = 0;
      for (const term of x.data.filter((_, u) => target.data[u] === row)) {
        sums[0] = Math.fround(sums[0] + term);
        count++;
        for (const level of [0, 1]) {
          if (count % 16 ** (level + 1) > 0) continue;
          sums[level + 1] = Math.fround(sums[level + 1] + sums[level]);
          sums[level] = 0;
        }
      }
      return sums[2] + Math.fround(sums[1] + sums[0]);
    });
    assertEquals(await scattered(), expected);
    assertEquals(await scattered(), expected);
  });
}

onEveryDevice("more than 65,535 workgroups of 256: elementwise and reductions", async (device) => {
  const n = 65_535 * 256 + 77;
  const i = g.iota([n], 0, "uint32");
  const [odd, pairs, total, largest] = g.run([
    g.add(g.mul(i, 2), 1),
    g.sum(g.reshape(g.iota([2 * n], 0, "uint32"), [n, 2]), { axis: 1 }),
    g.sum(i),
    g.reduceMax(g.xor(i, 1)),
  ], device);
  const oddData = await odd.read(), pairData = await pairs.read();
  assert(oddData.every((x, i) => x === 2 * i + 1), "an element of 2i + 1 is wrong");
  assert(pairData.every((x, i) => x === 4 * i + 1), "a sum of 2i and 2i + 1 is wrong");
  assertEquals(await total.item(), Number((BigInt(n) * BigInt(n - 1) / 2n) % 2n ** 32n));
  assertEquals(await largest.item(), n); // the last i is even: i xor 1 = n
}, { only: ["cpu", "webgpu"] });

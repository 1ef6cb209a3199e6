/**
 * Sorting against JavaScript's stable sort, on every device.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as g from "../../../mod.ts";
import type { Tensor } from "../../../mod.ts";
import { devices, onEveryDevice } from "../../fixtures/devices.ts";
import { type Case, checkCases } from "../../fixtures/cases.ts";
import { at, build, floats, integers, type Naive, toTensor } from "../../fixtures/naive.ts";
import { refusal, testRefusals } from "../../fixtures/refusals.ts";

/** The stable order of a list, NaN last. */
function orderOf(list: readonly number[], descending = false): number[] {
  const sign = descending ? -1 : 1;
  const compare = (a: number, b: number) => {
    if (Number.isNaN(a) || Number.isNaN(b)) {
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    }
    return a === b ? 0 : a < b ? -sign : sign;
  };
  return [...list.keys()].sort((i, j) => compare(list[i], list[j]));
}

function ofList(x: Naive, descending: boolean): Case[] {
  const order = orderOf(x.data, descending);
  const title = `${x.dtype} [${x.shape}]${descending ? ", descending" : ""}`;
  const case_ = (what: string, compute: (x: Tensor) => Tensor, expected: Naive): Case => ({
    title: `${what}, ${title}`,
    inputs: [x],
    compute,
    expected,
  });
  return [
    case_("argsort", (x) => g.argsort(x, { descending }), build(x.shape, (i) => order[i], "int32")),
    case_(
      "sort",
      (x) => g.sort(x, { descending }),
      build(x.shape, (i) => x.data[order[i]], x.dtype),
    ),
  ];
}

/** Numbers with many ties, and all that are special. */
const special = build(
  [40],
  (i) => [NaN, 3, Infinity, -Infinity, 0, -1, NaN, 3, Infinity, 0.5][(i * 7) % 10],
);

const few = ofList(special, false).slice(0, 1);
onEveryDevice("argsort is stable, with NaN last", (device) => checkCases("few", few, device), {
  only: ["webgpu"], // where each stage takes long to compile
});

onEveryDevice("sort and argsort are stable, with NaN last", (device) =>
  checkCases("sorting", [
    ...[0, 1, 2, 3, 65].flatMap((n) => ofList(floats([n]), false)),
    ...ofList(build([130], (i) => (i * i) % 17), false),
    ...[false, true].flatMap((descending) => [
      ...ofList(special, descending),
      ...ofList(integers([70], "int32"), descending),
      ...ofList(integers([70], "uint32"), descending),
      ...ofList(
        build([5], (i) => [-(2 ** 31), 2 ** 31 - 1, 0, -(2 ** 31), 7][i], "int32"),
        descending,
      ),
    ]),
    {
      title: "columns of a transposed view",
      inputs: [floats([2, 5, 3])],
      compute: (x) => g.argsort(g.transpose(x), { axis: 1 }),
      expected: build([3, 5, 2], (k, j, i) =>
        orderOf([0, 1, 2, 3, 4].map((j) => at(floats([2, 5, 3]), [i, j, k])))[j], "int32"),
    },
    {
      title: "topK",
      inputs: [floats([3, 9])],
      compute: (x) =>
        g.topK(x, 4)[1],
      expected: build([3, 4], (i, k) =>
        orderOf(floats([3, 9]).data.slice(9 * i, 9 * i + 9), true)[k], "int32"),
    },
    {
      title: "values of topK",
      inputs: [build([6], (i) =>
        [3, 9, 9, NaN, 1, 9][i])],
      compute: (x) =>
        g.topK(x, 5)[0],
      expected: build([5], (i) =>
        [9, 9, 9, 3, 1][i]),
    },
  ], device), { only: ["reference", "cpu"] });

Deno.test("the gradient of sort goes to where the elements came from", async () => {
  const x = g.tensor([3, 1, 2]), weights = g.tensor([10, 20, 30]);
  const slope = g.grad((x: Tensor) => g.sum(g.mul(g.sort(x), weights)))(x);
  assertEquals([...await slope.read()], [30, 10, 20]);
});

Deno.test("a sort of 10⁵ elements, in a jitted function, on the CPU", async () => {
  const device = devices.find(({ name }) => name === "cpu");
  if (device === undefined) return;
  const x = integers([100_000], "int32");
  const sorted = g.jit((x: Tensor) => g.sort(x), { device })(toTensor(x));
  const values = await sorted.read();
  const expected = Int32Array.from(x.data).sort();
  assert(values.every((y: number, i: number) => y === expected[i]));
});

testRefusals([
  refusal(TypeError, "Cannot sort a tensor of bool", () => g.sort(g.zeros([2], "bool"))),
  refusal(RangeError, "along axis 1 of [2]", () => g.argsort(g.zeros([2]), { axis: 1 })),
  refusal(RangeError, "Cannot take the top 3 of 2: k is from 0 to 2", () => g.topK(g.ones([2]), 3)),
  refusal(RangeError, "at most 2^23 can be sorted", () => g.argsort(g.zeros([2 ** 23 + 1]))),
]);

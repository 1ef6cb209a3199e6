/**
 * Parts, copies, reorderings and patterns against plain loops, on every device; and products by
 * names of axes.
 *
 * @module
 */
import * as g from "../../../mod.ts";
import { type DType, ShapeError, type Tensor, tensor, zeros } from "../../../mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { type Case, checkCases } from "../../fixtures/cases.ts";
import { at, build, buildSums, floats, indices, type Naive } from "../../fixtures/naive.ts";
import { refusal, testRefusals } from "../../fixtures/refusals.ts";

type Compute = (...x: Tensor[]) => Tensor;
const one = (
  title: string,
  inputs: readonly Naive[],
  compute: Compute,
  expected: Naive,
  ulps = 0,
): Case => ({ title, inputs, compute, expected, ulps });

/** A case that only moves elements of [3, 4, 5]; `from` says which, undefined where 0 stands. */
function moves(
  title: string,
  compute: (x: Tensor) => Tensor,
  shape: readonly number[],
  from: (...index: number[]) => readonly number[] | undefined,
): Case[] {
  return [floats([3, 4, 5])].map((x) =>
    one(
      title,
      [x],
      compute,
      build(shape, (...index) => {
        const source = from(...index);
        return source === undefined ? 0 : at(x, source);
      }, x.dtype),
    )
  );
}

const int32 = (shape: readonly number[], ...data: number[]): Naive => ({
  shape,
  dtype: "int32",
  data,
});

onEveryDevice("parts, copies and reorderings", (device) =>
  checkCases("arrangement", [
    ...moves(
      "squeeze",
      (x) => g.squeeze(g.reshape(x, [3, 1, 4, 5, 1]), [1, -1]),
      [3, 4, 5],
      (...i) => i,
    ),
    ...moves("splitAxis", (x) => g.splitAxis(x, 2, 1)[1], [3, 2, 5], (i, j, k) => [i, j + 2, k]),
    ...moves(
      "splitAxis by sizes",
      (x) => g.splitAxis(x, [1, 0, 4], -1)[2],
      [3, 4, 4],
      (i, j, k) => [
        i,
        j,
        k + 1,
      ],
    ),
    ...moves("tile", (x) => g.tile(x, [2, 1, 3]), [6, 4, 15], (i, j, k) => [i % 3, j, k % 5]),
    ...moves(
      "repeat",
      (x) => g.repeat(x, 3, 1),
      [3, 12, 5],
      (i, j, k) => [i, Math.floor(j / 3), k],
    ),
    ...moves("roll", (x) => g.roll(x, 7, -1), [3, 4, 5], (i, j, k) => [i, j, (k + 3) % 5]),
    ...moves("roll back", (x) => g.roll(x, -1), [3, 4, 5], (i, j, k) => [(i + 1) % 3, j, k]),
    ...moves("swapAxes", (x) => g.swapAxes(x, -1, 0), [5, 4, 3], (i, j, k) => [k, j, i]),
    ...moves("at", (x) => g.at(x, -2, 1), [3, 5], (i, k) => [i, 2, k]),
    ...moves(
      "tril",
      (x) => g.tril(x, 1),
      [3, 4, 5],
      (i, j, k) => k - j <= 1 ? [i, j, k] : undefined,
    ),
    ...moves(
      "triu",
      (x) => g.triu(x, -1),
      [3, 4, 5],
      (i, j, k) => k - j >= -1 ? [i, j, k] : undefined,
    ),
    ...moves("diag", (x) => g.diag(g.at(x, 2)), [4], (i) => [2, i, i]),
    ...moves("diag of rows", (x) => g.diag(g.swapAxes(g.at(x, 2), 0, 1)), [4], (i) => [2, i, i]),
    ...moves(
      "diag of a vector",
      (x) => g.diag(g.at(g.at(x, 0), 1)),
      [5, 5],
      (i, j) => i === j ? [0, 1, i] : undefined,
    ),
    ...[[0, 0, 0], [1, 3, -4], [9, 9, 9]].map((start) =>
      one(
        `dynamicSlice at ${start}`,
        [floats([3, 4, 5]), int32([3], ...start)],
        (x, start) => g.dynamicSlice(x, start, [2, 1, 5]),
        build([2, 1, 5], (i, j, k) =>
          at(floats([3, 4, 5]), [
            i + Math.min(start[0], 1),
            j + Math.min(start[1], 3),
            k,
          ])),
      )
    ),
    one(
      "at by a tensor",
      [floats([3, 4]), int32([], 2)],
      (x, i) => g.at(x, i, 1),
      build([3], (i) => at(floats([3, 4]), [i, 2])),
    ),
  ], device));

onEveryDevice("patterns", (device) => {
  const numbers = (data: readonly number[], dtype: DType = "float32") =>
    build([data.length], (i) => data[i], dtype);
  return checkCases("pattern", [
    one("eye", [], () => g.eye(2, 3), build([2, 3], (i, j) => Number(i === j))),
    one(
      "eye, bool",
      [],
      () => g.eye(2, 2, "bool"),
      build([2, 2], (i, j) => Number(i === j), "bool"),
    ),
    one("linspace", [], () => g.linspace(-1, 2, 7), numbers([-1, -0.5, 0, 0.5, 1, 1.5, 2])),
    one("linspace of 1", [], () => g.linspace(3, 9, 1), numbers([3])),
    one("linspace of 0", [], () => g.linspace(3, 9, 0), numbers([])),
    one("arange", [], () => g.arange(4), numbers([0, 1, 2, 3], "int32")),
    one("arange down", [], () => g.arange(5, -4, -3), numbers([5, 2, -1], "int32")),
    one("arange of floats", [], () => g.arange(0.5, 2, 0.5), numbers([0.5, 1, 1.5])),
    one("arange of none", [], () => g.arange(3, 1), numbers([], "int32")),
    one("oneHot", [int32([2, 2], 0, 2, 1, 3)], (i) => g.oneHot(i, 3), {
      ...build([2, 2, 3], (i, j, k) => Number([[0, 2], [1, 3]][i][j] === k)),
    }),
  ], device);
});

/** A sum over all values of the letters, in the order of their first use. */
function naiveEinsum(formula: string, ...inputs: Naive[]): Naive {
  const [left, output] = formula.split("->");
  const terms = left.split(",");
  const letters = [...new Set(output + left.replaceAll(",", ""))];
  const sizeOf = (name: string) => {
    const i = terms.findIndex((term) => term.includes(name));
    return inputs[i].shape[terms[i].indexOf(name)];
  };
  const inner = indices(letters.slice(output.length).map(sizeOf));
  return buildSums([...output].map(sizeOf), (...index) =>
    inner.map((rest) => {
      const value = new Map(letters.map((name, i) => [name, [...index, ...rest][i]]));
      return inputs.reduce(
        (y, x, i) => y * at(x, [...terms[i]].map((name) => value.get(name)!)),
        1,
      );
    }));
}

onEveryDevice("einsum is the sum of products over all letters", (device) => {
  const cases = [
    ["ij,jk->ik", [2, 3], [3, 4]],
    ["ij,kj->ki", [2, 3], [4, 3]],
    ["bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]],
    ["bi,bj->bij", [2, 3], [2, 4]],
    ["i,j->ji", [3], [4]],
    ["ij,ij->", [2, 3], [2, 3]],
    ["ijk->ki", [2, 3, 4]],
    ["ij,ji->ij", [2, 3], [3, 2]],
    ["ii->", [3, 3]],
    ["iji->ji", [3, 2, 3]],
    ["ijki->kij", [3, 2, 4, 3]],
    ["ij,jk,kl->il", [2, 3], [3, 4], [4, 2]],
    ["i,ij,j->", [2], [2, 3], [3]],
    ["ab,c->b", [2, 3], [4]],
    ["ij,->i", [2, 3], []],
  ] as const;
  return checkCases("einsum", [
    ...cases.map(([formula, ...shapes]) => {
      const inputs = shapes.map((shape, i) => floats(shape, -2, 2, i + 1));
      return one(
        formula,
        inputs,
        (...x) => g.einsum(formula, ...x),
        naiveEinsum(formula, ...inputs),
        1,
      );
    }),
    one("without an arrow", [floats([2, 3]), floats([3, 4])], (a, b) => g.einsum("za,ac", a, b), {
      ...naiveEinsum("za,ac->cz", floats([2, 3]), floats([3, 4])),
    }, 1),
    one("dot", [floats([9]), floats([9], -1, 1, 2)], g.dot, {
      ...naiveEinsum("i,i->", floats([9]), floats([9], -1, 1, 2)),
    }, 1),
    one(
      "outer",
      [floats([3]), floats([4])],
      g.outer,
      naiveEinsum("i,j->ij", floats([3]), floats([4])),
      1,
    ),
  ], device);
});

const x = zeros([2, 3]), v = tensor([1, 2]);
testRefusals([
  refusal(
    ShapeError,
    "Cannot squeeze axis 1 of [2, 3]: its size is 3, not 1",
    () => g.squeeze(x, 1),
  ),
  refusal(ShapeError, "Cannot splitAxis [2, 3] into [1.5, 1.5]", () => g.splitAxis(x, 2, 1)),
  refusal(ShapeError, "the sizes are integers whose sum is 3", () => g.splitAxis(x, [1, 1], 1)),
  refusal(RangeError, "Cannot splitAxis into 0", () => g.splitAxis(x, 0)),
  refusal(ShapeError, "Cannot tile [2, 3] by [2]: it takes one number", () => g.tile(x, [2])),
  refusal(RangeError, "Cannot tile by -1: it takes an integer from 0", () => g.tile(v, [-1])),
  refusal(RangeError, "Cannot repeat 0.5: it takes an integer from 0", () => g.repeat(v, 0.5)),
  refusal(RangeError, "Cannot roll by 0.5: it takes an integer", () => g.roll(v, 0.5)),
  refusal(
    RangeError,
    "Cannot take element 2 of 2 along axis 0: it is an integer from -2 to 1",
    () => g.at(x, 2),
  ),
  refusal(
    ShapeError,
    "Cannot dynamicSlice [3, 3] from [2, 3] at a start of [2]",
    () => g.dynamicSlice(x, zeros([2], "int32"), [3, 3]),
  ),
  refusal(ShapeError, "Cannot tril [2]: it takes matrices", () => g.tril(v)),
  refusal(ShapeError, "Cannot diag [1, 2, 3]", () => g.diag(zeros([1, 2, 3]))),
  refusal(RangeError, "Cannot make a linspace of -1", () => g.linspace(0, 1, -1)),
  refusal(RangeError, "Cannot arange from 0 to 3 by 0", () => g.arange(0, 3, 0)),
  refusal(TypeError, 'Cannot einsum "i->i->": it takes letters', () => g.einsum("i->i->", v)),
  refusal(TypeError, "2 terms for 1 tensors", () => g.einsum("i,i->", v)),
  refusal(ShapeError, 'Cannot einsum "ij->i": ij does not fit [2]', () => g.einsum("ij->i", v)),
  refusal(ShapeError, "i is 2 and 3", () => g.einsum("ii->", x)),
  refusal(TypeError, "k of the output must be named once before", () => g.einsum("i->k", v)),
  refusal(ShapeError, "Cannot dot [2] and [2, 3]", () => g.dot(v, x)),
  refusal(ShapeError, "Cannot outer [2] and [2, 3]", () => g.outer(v, x)),
  refusal(RangeError, "Cannot norm with order 3", () => g.norm(v, { order: 3 })),
  refusal(TypeError, "Cannot any a tensor of float32", () => g.any(v)),
]);

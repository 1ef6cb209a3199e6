/**
 * Wrong calls of people without a type checker are refused by a sentence about the call, without
 * words of the library's insides.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import * as densities from "../../lib/densities/mod.ts";
import * as information from "../../lib/information/mod.ts";
import * as g from "../../mod.ts";
import { tensor, zeros } from "../../mod.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";

/** The library as people see it who have no type checker. */
const names: unknown = { ...g, ...densities, ...information };
const js = names as Readonly<Record<string, (...args: unknown[]) => unknown>>;
const x = tensor([1, 2]);
const key = g.key(0);

testRefusals([
  refusal(
    TypeError,
    "Cannot add [1, 2]: it takes tensors and numbers; make a tensor of it with tensor([1, 2])",
    () => js.add([1, 2], [3, 4]),
  ),
  refusal(
    TypeError,
    "Cannot mul a Float32Array: it takes tensors and numbers; make a tensor of it with tensor(…)",
    () => js.mul(new Float32Array(2), 2),
  ),
  refusal(
    TypeError,
    "Cannot matmul [[1]]: it takes tensors; make a tensor of it with tensor([[1]])",
    () => js.matmul([[1]], x),
  ),
  refusal(
    TypeError,
    "Cannot sum 3: it takes tensors; make a tensor of it with tensor(3)",
    () => js.sum(3),
  ),
  refusal(
    TypeError,
    "Cannot choose true: it takes tensors and numbers; make a tensor of it with tensor(true)",
    () => js.where(zeros([2], "bool"), true, x),
  ),
  refusal(TypeError, "Cannot add undefined: it takes tensors and numbers", () => js.add(x)),
  refusal(TypeError, "Cannot add undefined: it", () => js.add(x, undefined)),
  refusal(TypeError, "Cannot mod undefined: it takes tensors and numbers", () => js.mod(x)),
  refusal(TypeError, 'Cannot add "1": it takes', () => js.add(x, "1")),
  refusal(TypeError, "Cannot add a Promise: it takes", () => js.add(x, Promise.resolve(x))),
  refusal(TypeError, "Cannot take [0, 1]: it takes tensors", () => js.take(x, [0, 1], 0)),
  ...[
    ...["reshape", "transpose", "broadcastTo", "slice", "expandDims", "flip", "pad", "softmax"],
    ...["squeeze", "splitAxis", "tile", "repeat", "roll", "swapAxes", "at", "dynamicSlice"],
    ...["tril", "triu", "diag", "oneHot", "dot", "outer", "argsort", "sort", "topK", "pow"],
    ...["reduceMin", "argmin", "prod", "any", "all", "variance", "std", "norm", "logSoftmax"],
    ...["square", "sign", "ceil", "mod", "clip", "tan", "asin", "gelu", "elu", "meanSquaredError"],
    ...["softmaxCrossEntropy", "attention"],
    ...["reduceMax", "mean", "argmax", "logSumExp", "cumsum", "cast", "not", "stopGradient"],
  ].map((name) => refusal(TypeError, "[1]: it takes tensors", () => js[name]([1]))),
  ...[(c: unknown) => c, (c: unknown) => [c]].map((f) =>
    refusal(TypeError, "f returns [state, output]", () => {
      (js.scan(f) as typeof js.scan)(tensor(0), x);
    })
  ),
  ...[js.jit, js.grad].map((transform) =>
    refusal(TypeError, "", () => {
      // The read rejects, too: nobody else hears of it.
      (transform((y: g.Tensor) => y.item()) as typeof js.jit)(tensor(1));
    })
  ),
  refusal(
    TypeError,
    "Cannot use a Promise at the root: await it, or within a function being traced return the tensor",
    () => (js.jit((y: g.Tensor) => y.item()) as typeof js.jit)(tensor(1)),
  ),
  refusal(
    TypeError,
    "Cannot donate 0: it takes an array, such as [0]",
    () => js.jit((y: unknown) => y, { donate: 0 }),
  ),
  refusal(TypeError, "it takes tensors", () => js.takeAlongAxis(x, [0], 0)),
  refusal(TypeError, "it takes tensors", () => js.scatterAdd(2, [0], x)),
  refusal(TypeError, "it takes tensors", () => js.squaredMmd([[1]], x)),
  refusal(TypeError, "it takes tensors", () => js.bernoulliCrossEntropy([1], x)),
  refusal(TypeError, "it takes tensors", () => js.bernoulli(key, 0.5)),
  refusal(
    TypeError,
    "Cannot concatenate a Tensor: it takes an array, such as [a, b]",
    () => js.concat(x, x),
  ),
  refusal(TypeError, "Cannot stack a Tensor: it takes an array", () => js.stack(x, x)),
  refusal(TypeError, "Cannot concatenate 1: it takes tensors", () => js.concat([x, 1])),
  refusal(
    TypeError,
    "Cannot reshape to shape 6: it takes an array, such as [6]",
    () => js.reshape(x, 6),
  ),
  refusal(TypeError, "Cannot draw to shape 3: it takes an array", () => js.normal(key, 3)),
  refusal(TypeError, "to shape 3: it takes an array", () => js.glorotUniform(key, 3)),
  refusal(TypeError, "Cannot fill to shape 3: it takes an array", () => js.zeros(3)),
  refusal(RangeError, "Cannot fill to shape [, ]: sizes are", () => js.zeros(new Array(2))),
  refusal(TypeError, "Cannot transpose by 1: it takes an array", () => js.transpose(x, 1, 0)),
  refusal(TypeError, "Cannot slice from 0: it takes an array", () => js.slice(x, 0, [1])),
  refusal(TypeError, "Cannot pad by 1: it takes an array", () => js.pad(x, { low: 1, high: 1 })),
  refusal(
    TypeError,
    'Cannot sum along axis "0" of [2]: axes go from -1 to 0',
    () => js.sum(x, { axis: "0" }),
  ),
  refusal(
    TypeError,
    "Cannot sum with options 0: options are { axis, keepDims }",
    () => js.sum(x, 0),
  ),
  refusal(
    TypeError,
    "Cannot sum with option axes: options are { axis, keepDims }",
    () => js.sum(x, { axes: 0 }),
  ),
  refusal(TypeError, "Cannot argmin with options 0: options are { axis,", () => js.argmin(x, 0)),
  refusal(TypeError, "with keepDims 1: it is true or false", () => js.sum(x, { keepDims: 1 })),
  refusal(TypeError, "Cannot sort with descending 1: it is", () => js.sort(x, { descending: 1 })),
  refusal(TypeError, "Cannot sort along axis null of [2]", () => js.sort(x, { axis: null })),
  refusal(TypeError, "Cannot scan with reverse 1: it is", () => js.scan(() => x, { reverse: 1 })),
  ...["grad", "valueAndGrad", "valueAuxAndGrad", "vjp"].map((name) =>
    refusal(TypeError, "Cannot differentiate 3: it takes a function", () => js[name](3))
  ),
  ...[["jit", "jit"], ["explain", "explain"], ["profile", "profile"], ["scan", "scan by"]].map((
    [name, op],
  ) => refusal(TypeError, `Cannot ${op} 3: it takes a function`, () => js[name](3))),
  refusal(TypeError, "Cannot give a gradient to 3: it takes", () => js.withGradient(3, () => [])),
  refusal(TypeError, "Cannot cumsum with options 0", () => js.cumsum(x, 0)),
  refusal(TypeError, "Cannot pad with options 1", () => js.pad(x, 1)),
  refusal(TypeError, "Cannot make a tensor with options [2]", () => js.tensor([1, 2], [2])),
  refusal(TypeError, "with option bandWidth", () => js.squaredMmd(x, x, { bandWidth: 1 })),
  refusal(TypeError, "with option drop", () => js.permutations(key, 1, 2, { drop: 1 })),
  refusal(TypeError, "with option gpu: options are", () => js.jit(() => x, { gpu: true })),
  ...[js.jit, js.explain].map((f) =>
    refusal(
      TypeError,
      "with a device for options: write { device }",
      () => f(() => x, { compile: () => x }),
    )
  ),
  ...[
    () => js.echoChannel({ dmax: 9 }),
    () => js.autoregressiveFlow({ dimensions: 2, hidden: [4], layers: 3 }),
    () => js.made({ dimensions: 2, hidden: [4], layers: 3 }),
    () => js.vampLogDensity(x, { mean: x, logVariance: x }, { old: true }),
    () => js.criticInformation(key, x, x, { lr: 1 }),
    () => js.neighbourEntropy({ values: new Float64Array(9), dimensions: 1 }, { neighbour: 1 }),
    () => js.constantThenLinear({ rate: 1, steps: 1, fraction: 1 }),
    () => js.iwaeSchedule({ stepsPerEpoch: 1, epochs: 1 }),
    () => js.alemiLegacy({ stepsPerEpoch: 1, epochs: 1, steps: 1 }),
  ].map((f) => refusal(TypeError, ": options are {", f)),
  ...[js.jit, js.run].map((f) =>
    refusal(
      TypeError,
      'Cannot compute on "cpu": a device is what await openDevice("cpu") gives',
      () => f === js.jit ? f(() => x, { device: "cpu" }) : f(x, "cpu"),
    )
  ),
  refusal(
    TypeError,
    "Cannot use undefined as a key: key(seed) makes one, and split(key, n) makes n",
    () => js.normal(g.split(key)[2], [3]),
  ),
  refusal(TypeError, "Cannot use 0 as a key", () => js.split(0)),
  refusal(
    TypeError,
    'Cannot use "float64" as a dtype: dtypes are float32, int32, uint32, bool',
    () => js.zeros([2], "float64"),
  ),
  refusal(TypeError, 'Cannot use "float16" as', () => js.tensor([1], { dtype: "float16" })),
  refusal(TypeError, 'Cannot use "toString" as', () => js.cast(x, "toString")),
  refusal(TypeError, "Cannot use true as a dtype", () => js.iota([2], 0, true)),
  refusal(TypeError, 'Cannot use "3" as float32: it is not a number', () => js.full([2], "3")),
  refusal(TypeError, "Cannot make a tensor of a BigInt64Array", () => {
    js.tensor(BigInt64Array.of(1n));
  }),
  refusal(TypeError, "Cannot make a tensor of undefined", () => js.tensor(undefined)),
  refusal(RangeError, 'by method "js": methods are flo, mine, nwj, smile', () => {
    js.criticInformation(key, x, x, { method: "js" });
  }),
  refusal(RangeError, "it is unbiased or biased", () => {
    js.squaredMmd(zeros([2, 2]), zeros([2, 2]), { estimator: "plain" });
  }),
]);

Deno.test("an op of one argument can be given to map, which calls it with three", async () => {
  const [y] = [x].map(g.neg);
  assertEquals([...await y.read()], [-1, -2]);
});

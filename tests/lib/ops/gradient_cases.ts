/**
 * The table of gradients: for every differentiable primitive, and for compositions, points at which
 * the gradient is held against central differences.
 *
 * @module
 */
import { assert } from "@std/assert";
import * as g from "../../../mod.ts";
import { gaussianKl } from "../../../lib/densities/mod.ts";
import type { Tensor } from "../../../mod.ts";
import { reference } from "../../fixtures/devices.ts";
import { build, floats, type Naive, toTensor } from "../../fixtures/naive.ts";

/** A function of float tensors, and where it is differentiated. */
export interface GradientCase {
  readonly title: string;
  readonly compute: (...x: Tensor[]) => Tensor;
  /** The points, by a seed. */
  readonly at: (seed: number) => readonly Naive[];
}

interface Range {
  readonly low?: number;
  readonly high?: number;
}
type Shape = readonly number[];

const of = (
  title: string,
  compute: GradientCase["compute"],
  shapes: readonly Shape[],
  { low = -2, high = 2 }: Range = {},
): GradientCase => ({
  title,
  compute,
  at: (seed) => shapes.map((shape, i) => floats(shape, low, high, 10 * seed + i)),
});

const MATRIX = [3, 4];
const POSITIVE = { low: 0.5, high: 2 };
const unary = (op: GradientCase["compute"], range?: Range) => [
  of("a matrix", op, [MATRIX], range),
  of("a transposed view", (x) => op(g.transpose(x)), [MATRIX], range),
];
const binary = (op: GradientCase["compute"], range?: Range) => [
  of("equal shapes", op, [MATRIX, MATRIX], range),
  of("a row and a column", op, [[4], [3, 1]], range),
  of("a scalar and a matrix", op, [[], MATRIX], range),
  of("of one tensor", (x) => op(x, g.mul(x, 1.5)), [MATRIX], range),
];

const int32 = (shape: Shape, ...data: number[]): Tensor =>
  toTensor({ shape, dtype: "int32", data });
const OFTEN = g.add(int32([5], 3, 0, 3, 7, -2), 0); // repeated, and out of range at both ends
const EVEN = toTensor(build(MATRIX, (i, j) => (i + j + 1) % 2, "bool"));

const EYE = toTensor(build([2, 2], (i, j) => Number(i === j)));

/** A function of two tensors, where they are equal. */
const tie = (title: string, compute: GradientCase["compute"]): GradientCase => ({
  title,
  compute,
  at: (seed) => {
    const x = floats(MATRIX, -2, 2, seed);
    return [x, x];
  },
});

/** For every differentiable primitive, its rows. */
export const primitiveCases: Readonly<Record<string, readonly GradientCase[]>> = {
  neg: unary(g.neg),
  abs: unary(g.abs),
  sqrt: unary(g.sqrt, POSITIVE),
  exp: unary(g.exp),
  log: unary(g.log, POSITIVE),
  log1p: unary(g.log1p, { low: -0.6, high: 2 }),
  expm1: unary(g.expm1),
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid),
  softplus: unary(g.softplus),
  sin: unary(g.sin),
  cos: unary(g.cos),
  atan: unary(g.atan),
  erf: unary(g.erf),
  atan2: binary(g.atan2, POSITIVE),
  pow: [
    ...binary(g.pow, POSITIVE),
    ...[0, 1, 2, 3, -2].map((n) => of(`to the power ${n}`, (x) => g.pow(x, n), [MATRIX], POSITIVE)),
    of("of negative numbers", (x) => g.pow(x, 3), [MATRIX], { low: -2, high: -0.5 }),
  ],
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div, POSITIVE),
  min: binary(g.min),
  max: binary(g.max),
  where: [
    of("of two", (a, b) => g.where(EVEN, a, b), [MATRIX, MATRIX]),
    of("broadcast", (a, b) => g.where(EVEN, a, b), [[4], []]),
    of("of a number", (a) => g.where(EVEN, 2, a), [MATRIX]),
    of("by a computed condition", (a, b) => g.where(g.less(a, b), a, b), [MATRIX, MATRIX]),
  ],
  identity: [
    of("at the root of an inner gradient", (x) => {
      const inner = g.grad((y: Tensor) => g.sum(g.mul(g.mul(y, y), g.sin(y))));
      return g.add(x, inner(g.mul(x, x)));
    }, [MATRIX]),
  ],
  sum: [
    of("all axes", (x) => g.sum(x), [MATRIX]),
    of("one axis", (x) => g.sum(x, { axis: 0 }), [MATRIX]),
    of("two axes, kept", (x) => g.sum(x, { axis: [0, -1], keepDims: true }), [[2, 3, 4]]),
    of("a broadcast one", (x) => g.sum(g.broadcastTo(x, [5, 4]), { axis: 0 }), [[4]]),
  ],
  reduceMax: [
    of("all axes", (x) => g.reduceMax(x), [MATRIX]),
    of("one axis", (x) => g.reduceMax(x, { axis: 1 }), [MATRIX]),
    of("two axes, kept", (x) => g.reduceMax(x, { axis: [0, 2], keepDims: true }), [[2, 3, 4]]),
  ],
  reduceMin: [
    of("all axes", (x) => g.reduceMin(x), [MATRIX]),
    of("two axes, kept", (x) => g.reduceMin(x, { axis: [0, 2], keepDims: true }), [[2, 3, 4]]),
  ],
  prod: [
    of("all axes", (x) => g.prod(x), [MATRIX]),
    of("two axes, kept", (x) => g.prod(x, { axis: [0, 2], keepDims: true }), [[2, 3, 4]]),
    of("with a zero in each row", (x) => g.prod(g.mul(x, EYE), { axis: 0 }), [[2, 2]]),
    of("an odd number", (x) => g.prod(x, { axis: 1 }), [[2, 5]]),
  ],
  cumsum: [false, true].flatMap((reverse) =>
    [false, true].flatMap((exclusive) =>
      [0, 1].map((axis) =>
        of(
          `axis ${axis}${reverse ? ", reverse" : ""}${exclusive ? ", exclusive" : ""}`,
          (x) => g.cumsum(x, { axis, reverse, exclusive }),
          [MATRIX],
        )
      )
    )
  ),
  reshape: [
    of("refolded", (x) => g.reshape(g.transpose(x), [2, 6]), [MATRIX]),
    of("a new axis", (x) => g.expandDims(x, 1), [MATRIX]),
  ],
  transpose: [
    of("reversed", (x) => g.transpose(x), [MATRIX]),
    of("a cycle", (x) => g.transpose(x, [1, 2, 0]), [[2, 3, 4]]),
  ],
  broadcast: [
    of("a row", (x) => g.broadcastTo(x, [3, 4]), [[4]]),
    of("an inner axis", (x) => g.broadcastTo(x, [2, 3, 4]), [[2, 1, 4]]),
    of("a new axis of size 1", (x) => g.broadcastTo(x, [1, 3, 4]), [MATRIX]),
    of("a scalar", (x) => g.broadcastTo(x, [2, 3]), [[]]),
  ],
  slice: [
    of("a part", (x) => g.slice(x, [1, 0], [2, 3]), [MATRIX]),
    of("every second", (x) => g.slice(x, [1, 0], [1, 2], [1, 2]), [MATRIX]),
    of("steps with a remainder", (x) => g.slice(x, [1, 2], [3, 2], [2, 3]), [[8, 9]]),
    of("nothing", (x) => g.sum(g.slice(x, [1, 1], [0, 2])), [MATRIX]),
  ],
  pad: [
    of("a frame", (x) => g.pad(x, { low: [1, 0], high: [0, 2] }), [MATRIX]),
    of("between", (x) => g.pad(x, { low: [0, 1], high: [2, 0], interior: [2, 1] }), [MATRIX]),
  ],
  concat: [
    of("axis 0", (a, b) => g.concat([a, b]), [MATRIX, [2, 4]]),
    of("three, axis 1", (a, b, c) => g.concat([a, b, c], 1), [MATRIX, [3, 1], [3, 2]]),
    of("one twice", (x) => g.concat([x, g.neg(x), x], 1), [MATRIX]),
  ],
  windows: [
    of("that overlap", (x) => g.windows(x, 1, 2), [MATRIX]),
    of("by steps", (x) => g.windows(x, 0, 3, { stride: 3, dilation: 2 }), [[10, 2]]),
  ],
  flip: [
    of("all axes", (x) => g.flip(x), [MATRIX]),
    of("one axis", (x) => g.flip(x, 1), [MATRIX]),
  ],
  matmul: [
    of("two matrices", g.matmul, [[3, 4], [4, 2]]),
    of("batched", g.matmul, [[2, 3, 4], [2, 4, 2]]),
    of("a batch by one", g.matmul, [[2, 3, 4], [4, 2]]),
    of("batches that broadcast", g.matmul, [[2, 1, 3, 4], [3, 4, 2]]),
    of("a vector by a matrix", g.matmul, [[4], [4, 2]]),
    of("a matrix by a vector", g.matmul, [[3, 4], [4]]),
    of("two vectors", g.matmul, [[4], [4]]),
    of("a Gram matrix", (x) => g.matmul(x, g.transpose(x)), [MATRIX]),
  ],
  take: [
    of("rows", (x) => g.take(x, OFTEN), [MATRIX]),
    of("columns, by a matrix", (x) => g.take(x, int32([2, 2], 0, 3, 3, 1), 1), [MATRIX]),
  ],
  scatterAdd: [
    of("rows", (x) => g.scatterAdd(6, OFTEN, x), [[5, 2]]),
    of("scalars", (x) => g.scatterAdd(2, OFTEN, x), [[5]]),
  ],
};

/** Functions of several primitives. */
export const compositionCases: readonly GradientCase[] = [
  of("logSumExp of all", (x) => g.logSumExp(x), [MATRIX]),
  of("logSumExp along an axis", (x) => g.logSumExp(x, { axis: 0, keepDims: true }), [MATRIX]),
  of("softmax", (x) => g.softmax(x), [MATRIX]),
  of("softmax along axis 0", (x) => g.softmax(x, 0), [MATRIX]),
  of("mean", (x) => g.mean(x), [MATRIX]),
  of("mean along an axis", (x) => g.mean(x, { axis: -1 }), [MATRIX]),
  of("takeAlongAxis", (x) => g.takeAlongAxis(x, g.add(int32([3, 2], 3, 0, 1, 1, 2, 9), 0), 1), [
    MATRIX,
  ]),
  of("stack", (a, b) => g.stack([a, b, a], 1), [MATRIX, MATRIX]),
  of("logSigmoid", (x) => g.logSigmoid(x), [MATRIX]),
  of("bernoulliCrossEntropy", (x, p) => g.bernoulliCrossEntropy(x, p), [MATRIX, MATRIX]),
  of("gaussianKl", (m, v) => gaussianKl(m, v), [MATRIX, MATRIX]),
  of("two layers", (x, v, w, b) => g.dense({ w, b }, g.tanh(g.matmul(x, v))), [
    [3, 4],
    [4, 5],
    [5, 2],
    [2],
  ]),
  ...([
    ["gelu", g.gelu],
    ["silu", g.silu],
    ["elu", (x) => g.elu(x, 2)],
    ["leakyRelu", (x) => g.leakyRelu(x)],
    ["logSoftmax", (x) => g.logSoftmax(x)],
    ["sinh", g.sinh],
    ["cosh", g.cosh],
    ["square", g.square],
    ["clip", (x) => g.clip(x, -1, 1)],
    ["variance", (x) => g.variance(x, { axis: 1, correction: 1 })],
    ["std", (x) => g.std(x, { axis: 0, keepDims: true })],
    ["norm", (x) => g.norm(x, { axis: 1 })],
    ["norm of order 1", (x) => g.norm(x, { order: 1 })],
    ["norm of order ∞", (x) => g.norm(x, { axis: 0, order: Infinity })],
    ["sort", (x) => g.sort(x, { axis: 0 })],
    ["topK", (x) => g.topK(x, 2)[0]],
    ["tile", (x) => g.tile(x, [2, 3])],
    ["repeat", (x) => g.repeat(x, 2, 1)],
    ["roll", (x) => g.roll(x, 1, 1)],
    ["splitAxis", (x) => g.mul(...g.splitAxis(x, 2, 1) as [Tensor, Tensor])],
    ["tril", (x) => g.tril(x)],
    ["diag", (x) => g.diag(x)],
    ["at", (x) => g.at(x, -1, 1)],
    ["dynamicSlice", (x) => g.dynamicSlice(x, g.add(int32([2], 1, 0), 0), [1, 3])],
    ["einsum of one", (x) => g.einsum("ij->j", x)],
    ["softmaxCrossEntropy", (x) => g.softmaxCrossEntropy(x, int32([3], 0, 3, 1))],
    ["reciprocal", g.reciprocal, POSITIVE],
    ["rsqrt", g.rsqrt, POSITIVE],
    ["mod", (x) => g.mod(x, 10), POSITIVE],
    ["tan", g.tan, { low: -1, high: 1 }],
    ["asin", g.asin, { low: -0.8, high: 0.8 }],
    ["acos", g.acos, { low: -0.8, high: 0.8 }],
  ] as const satisfies readonly (readonly [string, (x: Tensor) => Tensor, Range?])[]).map((
    [title, compute, range],
  ) => of(title, (x) => compute(x), [MATRIX], range)),
  of("einsum", (a, b, c) => g.einsum("ij,jk,k->ik", a, b, c), [[2, 3], [3, 4], [4]]),
  of("einsum of a diagonal", (x) => g.einsum("iij->j", x), [[3, 3, 2]]),
  of("outer", (a, b) => g.outer(a, b), [[3], [4]]),
  ...([["valid", {}], ["overlapping", { strides: 1 }], ["padded", {
    strides: 2,
    padding: "same",
  }]] as const).flatMap(([how, options]) => [
    of(`maxPool, ${how}`, (x) => g.maxPool(x, [2, 3], options), [[2, 4, 5, 2]]),
    of(`averagePool, ${how}`, (x) => g.averagePool(x, [2, 3], options), [[2, 4, 5, 2]]),
  ]),
  of("meanSquaredError", (a, b) => g.meanSquaredError(a, b), [MATRIX, MATRIX]),
  of("softmaxCrossEntropy of rows", (x, t) => g.softmaxCrossEntropy(x, t), [MATRIX, MATRIX]),
  of("layerNorm", (x, scale, shift) => g.layerNorm({ scale, shift }, x), [MATRIX, [4], [4]]),
  of("attention", (q, k, v) => g.attention(q, k, v, { causal: true }), [[3, 4], [3, 4], [3, 2]]),
  of(
    "gruCell",
    (h, x, w, b, u, c) => g.gruCell({ input: { w, b }, state: { w: u, b: c } }, h, x),
    [[2, 3], [2, 4], [4, 9], [9], [3, 9], [9]],
  ),
  of("a detour that rejoins", (x) => {
    const y = g.exp(g.neg(x));
    return g.div(g.add(y, g.mul(x, y)), g.add(1, g.mul(y, y)));
  }, [MATRIX]),
];

/** Kinks, where differences to both sides average out to the gradient; first order only. */
export const tieCases: readonly GradientCase[] = [
  tie("min", g.min),
  tie("max", g.max),
  tie("reduceMax of two", (a, b) => g.reduceMax(g.stack([a, b]), { axis: 0 })),
  tie("abs at 0", (a, b) => g.abs(g.sub(a, b))),
];

type Point = readonly Naive[];
type Loss = (x: readonly Tensor[]) => Tensor;

const H = 1e-5;
const SEEDS = [1, 2];

const tensors = (point: Point): Tensor[] => point.map(toTensor);
const direction = (point: Point, seed: number): Point =>
  point.map(({ shape }, i) => floats(shape, -1, 1, 1000 + 100 * seed + i));
const moved = (point: Point, along: Point, h: number): Tensor[] =>
  tensors(point.map((x, i) => ({
    ...x,
    data: x.data.map((value, k) => value + h * along[i].data[k]),
  })));
const dot = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  a.map((x, i) => g.sum(g.mul(x, b[i]))).reduce((x, y) => g.add(x, y));

/**
 * A loss that weighs every element of the value by itself, and is curved, lest second derivatives
 * vanish.
 */
function lossOf({ compute }: GradientCase, seed: number, curvature: number): Loss {
  return (x) => {
    const y = compute(...x);
    const weights = toTensor(floats(y.shape, -1, 1, 77 + seed));
    return g.sum(g.mul(g.mul(y, weights), g.add(g.mul(y, curvature), 1)));
  };
}

/**
 * Holds derivatives along random directions against differences, in float64; the second is that of
 * the first. At kinks there is only the first.
 */
export async function checkGradients(
  name: string,
  one: GradientCase,
  orders: 1 | 2,
): Promise<void> {
  for (const seed of SEEDS) {
    const at = one.at(seed);
    const [v, u] = [direction(at, seed), direction(at, seed + 7)];
    const loss = lossOf(one, seed, orders === 1 ? 0 : 0.5);
    const alongV: Loss = (x) => dot(g.grad(loss)(x), tensors(v));
    const results = [[loss, v] as const, [alongV, u] as const].slice(0, orders).flatMap(
      ([f, d]) => [
        dot(g.grad(f)(tensors(at)), tensors(d)),
        f(moved(at, d, H)),
        f(moved(at, d, -H)),
      ],
    );
    const numbers = await Promise.all(g.run(results, reference).map((x) => x.item()));
    for (let order = 0; order < orders; order++) {
      const [exact, ahead, behind] = numbers.slice(3 * order);
      const difference = (ahead - behind) / (2 * H);
      assert(
        Math.abs(exact - difference) <= 1e-7 * (1 + Math.abs(exact)),
        `${name} (${one.title}), derivative ${order + 1}, seed ${seed}: ` +
          `the gradient says ${exact}, differences say ${difference}`,
      );
    }
  }
}

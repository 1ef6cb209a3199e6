/**
 * The rows of the elementwise primitives: each op against a formula in float64.
 *
 * @module
 */
import * as g from "../../../mod.ts";
import type { DType, Tensor } from "../../../mod.ts";
import { INTRINSICS } from "../../../kernels/intrinsics.ts";
import { type Case, seen, sizes, views } from "../../fixtures/cases.ts";
import { build, floats, integers, type Naive, wrap } from "../../fixtures/naive.ts";

interface Rule {
  readonly dtypes?: readonly DType[];
  readonly gives?: DType;
  /** Where floats are drawn from. */
  readonly low?: number;
  readonly high?: number;
  readonly ulps?: number;
  readonly gpuUlps?: number;
  /** Further arguments that are hard for it. */
  readonly hard?: readonly number[];
}
type Formula = (...x: number[]) => number;

const NUMBERS: readonly DType[] = ["float32", "int32", "uint32"];
const INTEGERS: readonly DType[] = ["int32", "uint32"];

const sample = (shape: readonly number[], dtype: DType, { low, high }: Rule, seed: number): Naive =>
  dtype === "float32" ? floats(shape, low, high, seed) : integers(shape, dtype, seed);

function zip(f: Formula, inputs: readonly Naive[], dtype: DType): Naive {
  const [{ shape, data }] = inputs;
  return {
    shape,
    dtype,
    data: data.map((_, i) => wrap(f(...inputs.map((x) => x.data[i])), dtype)),
  };
}

/**
 * Sizes, views of every kind in every place, what is special about floats; the other dtypes at one
 * size.
 */
export function row(
  op: (...x: Tensor[]) => Tensor,
  f: Formula,
  arity: number,
  rule: Rule = {},
): Case[] {
  const { dtypes = ["float32"], ulps, gpuUlps } = rule;
  const places = Array.from({ length: arity }, (_, i) => i);
  return dtypes.flatMap((dtype) => {
    const gives = rule.gives ?? dtype;
    const draw = (shape: readonly number[], place: number) => sample(shape, dtype, rule, 7 * place);
    const ofSizes = (dtype === dtypes[0] ? sizes : [65]).map((n): Case => {
      const inputs = places.map((place) => draw([n], place));
      return {
        title: `${dtype} [${n}]`,
        inputs,
        compute: op,
        expected: zip(f, inputs, gives),
        ulps,
        gpuUlps,
      };
    });
    const ofViews = (dtype === dtypes[0] ? views : []).map((view, v): Case => {
      const mine = places.map((place) => place === 0 ? view : views[(v + place) % views.length]);
      const inputs = places.map((place) => draw(mine[place].of, place));
      return {
        title: `${dtype} ${mine.map((view) => view.title)}`,
        inputs,
        compute: (...x) => op(...x.map((tensor, i) => mine[i].tensor(tensor))),
        expected: zip(f, inputs.map((x, i) => seen(x, mine[i])), gives),
        ulps,
        gpuUlps,
      };
    });
    const ofSpecial: Case = specialCase(op, f, arity, gives, rule);
    return [...ofSizes, ...ofViews, ...(dtype === "float32" ? [ofSpecial] : [])];
  });
}

const SPECIAL = [NaN, Infinity, -Infinity, 0, 1, -2, 3e38, -3e38, 1e-30].map(Math.fround);

/** NaN, infinities and large numbers, all pairs of them for a binary op. */
function specialCase(
  op: (...x: Tensor[]) => Tensor,
  f: Formula,
  arity: number,
  gives: DType,
  { hard = [], ulps, gpuUlps }: Rule,
): Case {
  const special = [...SPECIAL, ...hard];
  const n = special.length, shape = [n ** arity];
  const inputs = Array.from(
    { length: arity },
    (_, place) => build(shape, (i) => special[Math.floor(i / n ** place) % n]),
  );
  // What overflows, or vanishes, in float32 alone is left out: the reference device has float64.
  const agree = inputs[0].data.flatMap((_, i) => {
    const arguments_ = inputs.map((x) => x.data[i]);
    const y = f(...arguments_), narrow = Math.fround(y);
    const fits = Number.isFinite(y) === Number.isFinite(narrow) && (y === 0) === (narrow === 0);
    return fits ? [i] : [];
  });
  const kept = inputs.map((x) => build([agree.length], (i) => x.data[agree[i]]));
  return {
    title: "NaN, ±∞",
    inputs: kept,
    compute: op,
    expected: zip(f, kept, gives),
    ulps,
    gpuUlps,
  };
}

/** Angles of every size, and those that are nearest to a multiple of π/2. */
const ANGLES: readonly number[] = [
  ...Array.from({ length: 460 }, (_, i) => Math.fround((-1) ** i * 2 ** (13 + i / 4))),
  ...[0xf9be45 * 2 ** 72, 0xa3e87f * 2 ** 11, 0x9976f1 * 2 ** 62, -0xb146a6 * 2 ** 17],
  ...[8192, 8193, 1e6, 1e7, 2 ** 24 + 2],
];

const unary = (op: g.Unary, f: Formula, rule?: Rule): Case[] => row((x) => op(x), f, 1, rule);
const binary = (op: g.Binary, f: Formula, rule?: Rule): Case[] =>
  row((a, b) => op(a, b), f, 2, rule);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

// The errors of exp and its kind are those of kernels/numerics.ts, 2 ulp, plus a division's on a
// GPU.
const table: Record<string, readonly Case[]> = {
  neg: unary(g.neg, (x) => -x, { dtypes: NUMBERS }),
  abs: unary(g.abs, Math.abs, { dtypes: ["float32", "int32"] }),
  floor: unary(g.floor, Math.floor),
  round: unary(g.round, roundToEven, { hard: [0.5, 1.5, -0.5, -2.5, 2 ** 23 - 0.5] }),
  sqrt: unary(g.sqrt, Math.sqrt, { low: 0, high: 100, ulps: 1, gpuUlps: 4.5 }),
  exp: unary(g.exp, Math.exp, { low: -20, high: 20, ulps: 2 }),
  log: unary(g.log, Math.log, { low: 0, high: 50, ulps: 2 }),
  log1p: unary(g.log1p, Math.log1p, { low: -1, high: 10, ulps: 2, gpuUlps: 4.5 }),
  expm1: unary(g.expm1, Math.expm1, { ulps: 2 }),
  tanh: unary(g.tanh, Math.tanh, { ulps: 2, gpuUlps: 4.5 }),
  sigmoid: unary(g.sigmoid, sigmoid, { low: -20, high: 20, ulps: 2, gpuUlps: 4.5 }),
  softplus: unary(g.softplus, (x) => x > 40 ? x : Math.log1p(Math.exp(x)), {
    low: -20,
    high: 20,
    ulps: 2,
    gpuUlps: 4.5,
  }),
  sin: unary(g.sin, Math.sin, { low: -99, high: 99, ulps: 2, hard: ANGLES }),
  cos: unary(g.cos, Math.cos, { low: -99, high: 99, ulps: 2, hard: ANGLES }),
  atan: unary(g.atan, Math.atan, { ulps: 2, gpuUlps: 4.5 }),
  erf: [
    ...unary(g.erf, (x) => INTRINSICS.erf.exact(x), { low: -5, high: 5, ulps: 2 }),
    erfOfTable(),
  ],
  atan2: binary(g.atan2, Math.atan2, { ulps: 3, gpuUlps: 5.5 }),
  pow: powRow(),
  add: binary(g.add, (a, b) => a + b, { dtypes: NUMBERS, ulps: 0.5 }),
  sub: binary(g.sub, (a, b) => a - b, { dtypes: NUMBERS, ulps: 0.5 }),
  mul: [
    ...binary(g.mul, (a, b) => a * b, { ulps: 0.5 }),
    ...binary(g.mul, Math.imul, { dtypes: INTEGERS }),
  ],
  div: binary(g.div, (a, b) => a / b, { ulps: 0.5, gpuUlps: 2.5 }),
  min: binary(g.min, Math.min, { dtypes: NUMBERS }),
  max: binary(g.max, Math.max, { dtypes: NUMBERS }),
  less: binary(g.less, (a, b) => Number(a < b), { dtypes: NUMBERS, gives: "bool" }),
  lessEqual: binary(g.lessEqual, (a, b) => Number(a <= b), { dtypes: NUMBERS, gives: "bool" }),
  equal: binary(g.equal, (a, b) => Number(a === b), {
    dtypes: [...NUMBERS, "bool"],
    gives: "bool",
  }),
  and: binary(g.and, (a, b) => a & b, { dtypes: [...INTEGERS, "bool"] }),
  or: binary(g.or, (a, b) => a | b, { dtypes: [...INTEGERS, "bool"] }),
  xor: binary(g.xor, (a, b) => a ^ b, { dtypes: [...INTEGERS, "bool"] }),
  shiftLeft: binary(g.shiftLeft, (a, b) => a << (b & 31), { dtypes: INTEGERS }),
  shiftRight: [
    ...binary(g.shiftRight, (a, b) => a >> (b & 31), { dtypes: ["int32"] }),
    ...binary(g.shiftRight, (a, b) => a >>> (b & 31), { dtypes: ["uint32"] }),
  ],
  where: [
    ...row((x, y) => g.where(g.less(x, 0), x, y), (x, y) => x < 0 ? x : y, 2, { dtypes: NUMBERS }),
    ...row((x, y) => g.where(x, y, g.not(y)), (x, y) => x ? y : 1 - y, 2, { dtypes: ["bool"] }),
    ...row((x) => g.where(g.less(x, 1), 2, x), (x) => x < 1 ? 2 : x, 1),
  ],
  cast: castRow(),
  identity: row((x) => g.stopGradient(x), (x) => x, 1, { dtypes: [...NUMBERS, "bool"] }),
};

function roundToEven(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + Math.abs(below % 2) : Math.floor(x + 0.5);
}

/** erf at 0.5, 1, 1.5, 2 and 3 (Abramowitz and Stegun, table 7.1). */
function erfOfTable(): Case {
  const x = build([5], (i) => [0.5, 1, 1.5, 2, 3][i]);
  const y = [0.5204998778130465, 0.8427007929497148, 0.9661051464753108];
  y.push(0.9953222650189527, 0.9999779095030014);
  return {
    title: "of a table",
    inputs: [x],
    compute: g.erf,
    expected: build([5], (i) => y[i]),
    ulps: 2,
  };
}

/** Powers, which may be off by |b·log a| + 2 places, and whole exponents. */
function powRow(): Case[] {
  const exact = (a: number, b: number) => a === 1 || b === 0 ? 1 : a ** b;
  const terms = (a: number, b: number) =>
    Math.abs(exact(a, b)) * (3 + Math.abs(b * Math.log(Math.abs(a))) || 1);
  const ofTensors = row(g.pow, exact, 2, { low: 0.05, high: 9, ulps: 1, gpuUlps: 1 }).map(
    (one): Case => {
      const [a, b] = one.title.startsWith("float32 [") || one.title.startsWith("NaN")
        ? one.inputs.map((x) => x.data)
        : [];
      return a === undefined
        ? { ...one, ulps: 30, gpuUlps: 30 }
        : { ...one, expected: { ...one.expected, terms: a.map((x, i) => terms(x, b[i])) } };
    },
  );
  const whole = [0, 1, 2, 3, 7, -1, -4].map((n): Case => {
    const x = floats([65], -3, 3, 5);
    return {
      title: `to the power ${n}`,
      inputs: [x],
      compute: (x) => g.pow(x, n),
      expected: build([65], (i) => x.data[i] ** n),
      ulps: Math.abs(n) + 1,
      gpuUlps: Math.abs(n) + 3,
    };
  });
  const i = integers([65], "int32", 3);
  const cube: Case = {
    title: "int32 to the power 3",
    inputs: [i],
    compute: (x) => g.pow(x, 3),
    expected: build([65], (k) => Math.imul(i.data[k], Math.imul(i.data[k], i.data[k])), "int32"),
  };
  return [...ofTensors, ...whole, cube];
}

function castRow(): Case[] {
  const toInt = (low: number, high: number) => (x: number) =>
    Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, low), high));
  const edges = [
    NaN,
    Infinity,
    -Infinity,
    0,
    -0.5,
    0.999,
    -1.5,
    2.5,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    3e9,
  ];
  const whole = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 16777217, 123456789];
  const cast = (from: DType, to: DType, values: readonly number[], f: Formula): Case => {
    const x = build([values.length], (i) => wrap(values[i], from), from);
    return {
      title: `${from} to ${to}`,
      inputs: [x],
      compute: (x) => g.cast(x, to),
      expected: zip(f, [x], to),
      ulps: 0.5,
    };
  };
  return [
    cast("float32", "int32", edges, toInt(-(2 ** 31), 2 ** 31 - 1)),
    cast("float32", "uint32", edges, toInt(0, 2 ** 32 - 1)),
    cast("float32", "bool", edges, (x) => Number(x !== 0)),
    cast("int32", "float32", whole, (x) => x),
    cast("int32", "uint32", whole, (x) => x),
    cast("int32", "bool", whole, (x) => Number(x !== 0)),
    cast("uint32", "float32", whole, (x) => x),
    cast("uint32", "int32", whole, (x) => x),
    cast("uint32", "bool", whole, (x) => Number(x !== 0)),
    cast("bool", "float32", [0, 1], (x) => x),
    cast("bool", "int32", [0, 1], (x) => x),
    cast("bool", "uint32", [0, 1], (x) => x),
  ];
}

/** The rows of the elementwise primitives, by name. */
export const elementwiseCases: Readonly<Record<string, readonly Case[]>> = table;

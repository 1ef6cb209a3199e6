/**
 * The rows of elementwise functions that are made of others, against Math in float64.
 *
 * @module
 */
import * as g from "../../../mod.ts";
import type { Tensor } from "../../../mod.ts";
import { INTRINSICS } from "../../../kernels/intrinsics.ts";
import type { Case } from "../../fixtures/cases.ts";
import { build, floats } from "../../fixtures/naive.ts";
import { row } from "./elementwise_cases.ts";

type Row = Parameters<typeof row>;
const unary = (op: (x: Tensor) => Tensor, f: (x: number) => number, rule: Row[3] = {}): Case[] =>
  row((x) => op(x), f, 1, rule);

/** Errors count in places of `size`, where the terms of a sum are larger than their sum. */
function within(
  title: string,
  compute: (x: Tensor) => Tensor,
  f: (x: number) => number,
  size: (x: number) => number,
  [low, high]: readonly [number, number],
): Case[] {
  const x = floats([200], low, high);
  const expected = { ...build([200], (i) => f(x.data[i])), terms: x.data.map(size) };
  return [{ title, inputs: [x], compute, expected, ulps: 3, gpuUlps: 6 }];
}

const mod = (a: number, b: number) => a - b * Math.floor(a / b);
const whole = build([40], (i) => i - 20);

/** The rows of the functions, by name. */
export const functionCases: Readonly<Record<string, readonly Case[]>> = {
  square: unary(g.square, (x) => x * x, { ulps: 0.5 }),
  reciprocal: unary(g.reciprocal, (x) => 1 / x, { ulps: 0.5, gpuUlps: 2.5 }),
  rsqrt: unary(g.rsqrt, (x) => 1 / Math.sqrt(x), { low: 0, high: 9, ulps: 1.5, gpuUlps: 7 }),
  sign: unary(g.sign, Math.sign, { dtypes: ["float32", "int32", "uint32"] }),
  ceil: unary(g.ceil, Math.ceil),
  trunc: unary(g.trunc, Math.trunc),
  clip: row((x) => g.clip(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2), 1, {
    dtypes: ["float32", "int32"],
  }),
  mod: [
    ...within("by 0.75", (x) => g.mod(x, 0.75), (x) => mod(x, 0.75), () => 3, [-3, 3]),
    ...within("by −2", (x) => g.mod(x, -2), (x) => mod(x, -2), () => 3, [-3, 3]),
    ...[3, -5, 7].map((n): Case => ({
      title: `whole numbers by ${n}`,
      inputs: [whole],
      compute: (x) => g.mod(x, n),
      expected: build([40], (i) => mod(whole.data[i], n)),
    })),
    // As in NumPy; by plain arithmetic these would be NaN.
    ...[Infinity, -Infinity].map((n): Case => ({
      title: `by ${n}`,
      inputs: [whole],
      compute: (x) => g.mod(x, n),
      expected: build([40], (i) => whole.data[i] * n < 0 ? n : whole.data[i]),
    })),
  ],
  sinh: unary(g.sinh, Math.sinh, { ulps: 4 }),
  cosh: unary(g.cosh, Math.cosh, { ulps: 3 }),
  tan: unary(g.tan, Math.tan, { ulps: 4.5, gpuUlps: 7 }),
  asin: unary(g.asin, Math.asin, { low: -1, high: 1, ulps: 4, gpuUlps: 12 }),
  acos: unary(g.acos, Math.acos, { low: -1, high: 1, ulps: 4, gpuUlps: 12 }),
  gelu: within(
    "gelu",
    g.gelu,
    (x) => x / 2 * (1 + INTRINSICS.erf.exact(x * Math.SQRT1_2)),
    Math.abs,
    [-5, 5],
  ),
  silu: unary(g.silu, (x) => x / (1 + Math.exp(-x)), { low: -20, high: 20, ulps: 3, gpuUlps: 6 }),
  elu: unary((x) => g.elu(x, 2), (x) => x < 0 ? 2 * Math.expm1(x) : x, { ulps: 3 }),
  leakyRelu: unary((x) => g.leakyRelu(x, 0.25), (x) => x < 0 ? x / 4 : x),
};

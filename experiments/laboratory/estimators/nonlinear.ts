/**
 * Echo channels as encoders make them, with nonlinear f and S(x): the noise has no law in closed form, and the information is
 * −E log |det S(X)| all the same, by quadrature or by Monte Carlo.
 *
 * @module
 */
import { generator, normalDraw, type Random } from "../statistics/generator.ts";
import { meanOf, standardError } from "../statistics/summary.ts";
import { encode, rate } from "../channels/truncated.ts";
import { diagonal } from "./codes.ts";
import type { Exact, Family } from "./task.ts";

/** A linear layer: its rows of weights, each with a bias behind. */
type Layer = readonly { readonly weights: readonly number[]; readonly bias: number }[];

/** A layer of random weights, so that the outputs of x ~ N(0, I) are about N(bias, gain²). */
const layer = (random: Random, inputs: number, outputs: number, gain: number, bias = 0): Layer =>
  Array.from({ length: outputs }, () => ({
    weights: Array.from({ length: inputs }, () => gain * normalDraw(random) / Math.sqrt(inputs)),
    bias,
  }));

const linear = (of: Layer, x: readonly number[]): number[] =>
  of.map(({ weights, bias }) => weights.reduce((sum, w, i) => sum + w * x[i], bias));

const normals = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => normalDraw(random));

/** log σ(a). */
const logSigmoid = (a: number): number => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));

/** Scales are below this, so that a product of so many is below 1e-16. */
const CLIP = 0.8, ECHOES = 165;

/** log S of what a head says. */
const logScaleOf = (head: readonly number[]): number[] =>
  head.map((a) => Math.log(CLIP) + logSigmoid(a));

/** The channel of experiments/verify/truncated.ts: one dimension, by quadrature. */
export const tanhScalar: Family = {
  name: "tanh",
  description: "X ~ N(0, 1), f = tanh(x), S = .1 + .7·σ(x)",
  isContinuous: true,
  echoes: 170,
  encode(random) {
    const { x, mean, logScale } = encode(random);
    return diagonal([x], mean, logScale);
  },
  exact: () => ({ nats: rate, standardError: 0, by: "−E log S by quadrature" }),
};

/** E g(N) for N ~ N(bias, variance), by the trapezoidal rule in steps of 1/64, to ±9 standard deviations. */
function normalMean(g: (a: number) => number, bias: number, variance: number): number {
  const step = 1 / 64;
  let total = 0;
  for (let i = -9 / step; i <= 9 / step; i++) {
    const t = i * step;
    total += Math.exp(-t * t / 2) * g(bias + Math.sqrt(variance) * t);
  }
  return total * step / Math.sqrt(2 * Math.PI);
}

/**
 * One layer: f = tanh(A·x), S = .8·σ(B·x + 1), of X ~ N(0, I) in as many dimensions. What a scale depends on is normal, and its
 * mean logarithm an integral on the line.
 */
export function tanhLayer(dimensions: number): Family {
  const random = generator(dimensions);
  const a = layer(random, dimensions, dimensions, 1),
    b = layer(random, dimensions, dimensions, 1, 1);
  const nats = b.reduce((sum, { weights, bias }) => {
    const variance = weights.reduce((t, w) => t + w * w, 0);
    return sum - Math.log(CLIP) - normalMean(logSigmoid, bias, variance);
  }, 0);
  const exact: Exact = { nats, standardError: 0, by: "−E Σ log S by quadrature" };
  return {
    name: "tanh",
    description: "X ~ N(0, I), f = tanh(A·x), S = .8·σ(B·x + 1), random A and B",
    isContinuous: true,
    echoes: ECHOES,
    exact: () => exact,
    encode(random) {
      const x = normals(random, dimensions);
      return diagonal(x, linear(a, x).map(Math.tanh), logScaleOf(linear(b, x)));
    },
  };
}

/** Pairs of x and −x that the information of a network is the mean of. */
const PAIRS = 2 ** 15;

/**
 * Two layers, as encoders have: h = tanh(A·x) of 2·inputs units, f = tanh(B·h), S = .8·σ(C·h + bias).
 *
 * @param rounded the information, as the name of the task says it: it takes a moment to find
 */
export function network(
  inputs: number,
  dimensions: number,
  { bias, rounded }: { readonly bias: number; readonly rounded: number },
): Family {
  const random = generator(inputs);
  const hidden = layer(random, inputs, 2 * inputs, 1);
  const f = layer(random, 2 * inputs, dimensions, 2);
  const s = layer(random, 2 * inputs, dimensions, 2, bias);
  const logScale = (h: readonly number[]) => logScaleOf(linear(s, h));
  let known: Exact | undefined;
  return {
    name: "network",
    rounded,
    description: `X ~ N(0, I), two layers: h = tanh(A·x), f = tanh(B·h), S = .8·σ(C·h + ${bias})`,
    isContinuous: true,
    echoes: ECHOES,
    encode(random) {
      const x = normals(random, inputs), h = linear(hidden, x).map(Math.tanh);
      return diagonal(x, linear(f, h).map(Math.tanh), logScale(h));
    },
    exact() {
      if (known !== undefined) return known;
      const random = generator(1);
      const information = (x: readonly number[]) =>
        -logScale(linear(hidden, x).map(Math.tanh)).reduce((sum, value) => sum + value, 0);
      const rates = Float64Array.from({ length: PAIRS }, () => {
        const x = normals(random, inputs);
        return (information(x) + information(x.map((value) => -value))) / 2;
      });
      return known = {
        nats: meanOf(rates),
        standardError: standardError(rates),
        by: `−E Σ log S by Monte Carlo, ${PAIRS} pairs x, −x`,
      };
    },
  };
}

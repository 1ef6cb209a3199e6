/**
 * Echo channels like those of neural encoders, with nonlinear f(x) and S(x). Their noise has no law
 * in closed form, but the information is still −E log |det S(X)|, by quadrature or by Monte Carlo.
 *
 * @module
 */
import { generator, normalDraws, type Random } from "../statistics/generator.ts";
import { measured } from "../statistics/measured.ts";
import { encode, rate } from "../channels/truncated.ts";
import { diagonal } from "./codes.ts";
import type { Exact, Family } from "./task.ts";

/** A linear layer: the weights and the bias of each output. */
type Layer = readonly { readonly weights: readonly number[]; readonly bias: number }[];

/** A random layer whose outputs for x ~ N(0, I) are about N(bias, gain²). */
const layer = (random: Random, inputs: number, outputs: number, gain: number, bias = 0): Layer =>
  Array.from({ length: outputs }, () => ({
    weights: normalDraws(random, inputs).map((value) => gain * value / Math.sqrt(inputs)),
    bias,
  }));

const linear = (of: Layer, x: readonly number[]): number[] =>
  of.map(({ weights, bias }) => weights.reduce((sum, w, i) => sum + w * x[i], bias));

/** log σ(a). */
const logSigmoid = (a: number): number => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));

/** The upper bound of scales. A product of ECHOES scales is below 1e-16. */
const CLIP = 0.8, ECHOES = 165;

/** log S from the output of the head of the scales. */
const logScaleOf = (head: readonly number[]): number[] =>
  head.map((a) => Math.log(CLIP) + logSigmoid(a));

/** The channel of channels/truncated.ts: one dimension, by quadrature. */
export const tanhScalar: Family = {
  name: "tanh",
  description: "X ~ N(0, 1), f = tanh(x), S = .1 + .7·σ(x)",
  isContinuous: true,
  echoes: 170,
  encode(random) {
    const { x, mean, logScale } = encode(random);
    return diagonal([x], mean, logScale);
  },
  exact: () => ({ value: rate, standardError: 0, by: "−E log S by quadrature" }),
};

/** E g(N) for N ~ N(bias, variance) by the trapezoidal rule: steps of 1/64 to ±9 deviations. */
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
 * One layer: X ~ N(0, I), f = tanh(A·x), S = .8·σ(B·x + 1). The input of each σ is normal, so the
 * mean of each log S is a one-dimensional integral.
 */
export function tanhLayer(dimensions: number): Family {
  const random = generator(dimensions);
  const a = layer(random, dimensions, dimensions, 1),
    b = layer(random, dimensions, dimensions, 1, 1);
  const nats = b.reduce((sum, { weights, bias }) => {
    const variance = weights.reduce((t, w) => t + w * w, 0);
    return sum - Math.log(CLIP) - normalMean(logSigmoid, bias, variance);
  }, 0);
  const exact: Exact = { value: nats, standardError: 0, by: "−E Σ log S by quadrature" };
  return {
    name: "tanh",
    description: "X ~ N(0, I), f = tanh(A·x), S = .8·σ(B·x + 1), random A and B",
    isContinuous: true,
    echoes: ECHOES,
    exact: () => exact,
    encode(random) {
      const x = normalDraws(random, dimensions);
      return diagonal(x, linear(a, x).map(Math.tanh), logScaleOf(linear(b, x)));
    },
  };
}

/** The number of pairs x, −x in the Monte Carlo mean of a network's information. */
const PAIRS = 2 ** 15;

/**
 * Two layers: h = tanh(A·x) with 2·inputs units, f = tanh(B·h), S = .8·σ(C·h + bias).
 *
 * @param rounded the information in the name of the task, given because computing it takes a moment
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
      const x = normalDraws(random, inputs), h = linear(hidden, x).map(Math.tanh);
      return diagonal(x, linear(f, h).map(Math.tanh), logScale(h));
    },
    exact() {
      if (known !== undefined) return known;
      const random = generator(1);
      const information = (x: readonly number[]) =>
        -logScale(linear(hidden, x).map(Math.tanh)).reduce((sum, value) => sum + value, 0);
      const rates = Float64Array.from({ length: PAIRS }, () => {
        const x = normalDraws(random, inputs);
        return (information(x) + information(x.map((value) => -value))) / 2;
      });
      return known = {
        ...measured(rates),
        by: `−E Σ log S by Monte Carlo, ${PAIRS} pairs x, −x`,
      };
    },
  };
}

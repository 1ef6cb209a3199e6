/**
 * The library's functions by the names that the compiler's tab knows. A reduction over an axis keeps
 * the axis, so that its result can be combined with its operand.
 *
 * @module
 */

import {
  abs,
  add,
  cos,
  div,
  echoRate,
  echoSample,
  erf,
  exp,
  key,
  log,
  logSigmoid,
  matmul,
  max,
  mean,
  min,
  mul,
  neg,
  reduceMax,
  relu,
  sigmoid,
  sin,
  softplus,
  sqrt,
  sub,
  sum,
  tanh,
  type Tensor,
  tensor,
  transpose,
} from "../../mod.ts";

export { add, div, mul, neg, sub };
export { grad } from "../../mod.ts";

type Value = Tensor | number;

/** A function with its least and its largest number of arguments. */
interface Call {
  readonly least: number;
  readonly most: number;
  apply(...args: Value[]): Tensor;
}

/** A number as a tensor. */
export const asTensor = (value: Value): Tensor => typeof value === "number" ? tensor(value) : value;

const one = (f: (x: Tensor) => Tensor): Call => ({
  least: 1,
  most: 1,
  apply: (x) => f(asTensor(x)),
});
const two = (f: (x: Tensor, y: Tensor) => Tensor): Call => ({
  least: 2,
  most: 2,
  apply: (x, y) => f(asTensor(x), asTensor(y)),
});
const reduction = (f: (x: Tensor, options?: { axis: number; keepDims: true }) => Tensor): Call => ({
  least: 1,
  most: 2,
  apply(x, axis) {
    if (axis === undefined) return f(asTensor(x));
    if (typeof axis !== "number") throw new TypeError("The axis of a reduction is a number");
    return f(asTensor(x), { axis, keepDims: true });
  },
});

/** All functions but grad, whose second argument is a name. */
export const CALLS: Readonly<Record<string, Call>> = {
  ...{ sin: one(sin), cos: one(cos), tanh: one(tanh), exp: one(exp), log: one(log) },
  ...{ sqrt: one(sqrt), abs: one(abs), erf: one(erf), relu: one(relu) },
  ...{ sigmoid: one(sigmoid), softplus: one(softplus), logSigmoid: one(logSigmoid) },
  ...{ min: two(min), max: two(max), matmul: two(matmul), transpose: one(transpose) },
  ...{ sum: reduction(sum), mean: reduction(mean), reduceMax: reduction(reduceMax) },
  echoSample: two((f, logScale) => echoSample(key(0), f, logScale)),
  echoRate: one(echoRate),
};

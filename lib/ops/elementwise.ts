/**
 * Elementwise ops: one scalar formula each. Shapes broadcast by NumPy's rules and dtypes must
 * agree. A plain number takes the dtype of the tensor beside it.
 *
 * @module
 */
import type { DType, Expr, IntrinsicFunction } from "../../kernels/formula.ts";
import * as intrinsics from "../../kernels/intrinsics.ts";
import * as s from "../../kernels/scalar.ts";
import { checkDType } from "../checks.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { Tensor, type TensorLike } from "../tensor.ts";
import type { Trace } from "../trace.ts";
import { full } from "../create.ts";
import { broadcastTo } from "./linear.ts";
import {
  apply,
  FLOATS,
  map,
  NUMBERS,
  type Primitive,
  primitive,
  requireDType,
  requireSameDType,
  requireTensors,
  view,
} from "./primitive.ts";

/** An elementwise op. */
export type Elementwise<Arguments extends readonly TensorLike[]> = (...args: Arguments) => Tensor;
/** An op of one tensor. */
export type Unary = Elementwise<[x: TensorLike]>;
/** An op of two tensors, or of a tensor and a number. */
export type Binary = Elementwise<[a: TensorLike, b: TensorLike]>;

/**
 * The gradients with respect to the inputs, given dy, that with respect to y; undefined where zero.
 */
type Gradient = (
  dy: Tensor,
  y: Tensor,
  ...inputs: readonly Tensor[]
) => readonly (Tensor | undefined)[];

/** An element of the output, given those of the inputs. */
type Formula = (...elements: Expr[]) => Expr;

const INTEGERS: readonly DType[] = ["int32", "uint32"];
const BITS: readonly DType[] = ["int32", "uint32", "bool"];

/**
 * The op of a scalar formula; `gives` is the dtype of the output, that of the inputs unless given.
 *
 * @__NO_SIDE_EFFECTS__ so that a bundler drops the ops of this file that nobody uses
 */
export function elementwise<A extends readonly TensorLike[]>(
  name: string,
  dtypes: readonly DType[],
  formula: Formula,
  gradient?: Gradient,
  gives?: DType,
): Elementwise<A> {
  const record = primitive({
    name,
    type(inputs) {
      inputs.forEach((input) => requireDType(name, input, ...dtypes));
      requireSameDType(name, inputs);
      return { shape: inputs[0].shape, dtype: gives ?? inputs[0].dtype };
    },
    lower: (inputs) => map((at, read) => formula(...inputs.map((_, i) => read(i, at)))),
    gradient: gradient && ((dy, y, inputs) => gradient(dy, y, ...inputs)),
  });
  const arity = formula.length; // further arguments are dropped, so that list.map(exp) works
  return (...args) =>
    apply(record, align(name, Array.from({ length: arity }, (_, i) => args[i])), undefined);
}

/**
 * Turns numbers into tensors of the dtype beside them, and broadcasts all arguments to one shape.
 */
function align(op: string, args: readonly TensorLike[]): Tensor[] {
  requireTensors(op, args, true);
  const shape = commonShape(op, args);
  return args.map((x) => fill(x, shape, dtypeOf(args)));
}
const commonShape = (op: string, args: readonly TensorLike[]): Shape =>
  broadcastShapes(op, ...args.map((x) => typeof x === "number" ? [] : x.shape));
const dtypeOf = (args: readonly TensorLike[]): DType =>
  args.find((x) => x instanceof Tensor)?.dtype ?? "float32";
const fill = (x: TensorLike, shape: Shape, dtype: DType): Tensor =>
  typeof x === "number" ? full(shape, x, dtype) : broadcastTo(x, shape);

// Arithmetic

/** −x. */
export const neg: Unary = elementwise("neg", NUMBERS, s.neg, (dy) => [neg(dy)]);
/** |x|; the gradient at 0 is 0. */
export const abs: Unary = elementwise("abs", ["float32", "int32"], s.abs, (dy, _, x) => [
  where(less(x, 0), neg(dy), where(less(0, x), dy, 0)),
]);
/** The greatest integer not above x; the gradient is 0. */
export const floor: Unary = elementwise("floor", FLOATS, s.floor);
/**
 * The nearest integer, the even one of two; the gradient is 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { round, tensor } from "@echograd/echograd";
 * assertEquals([...await round(tensor([0.5, 1.5, -1.7])).read()], [0, 2, -2]);
 * ```
 */
export const round: Unary = elementwise("round", FLOATS, s.round);
/** √x. */
export const sqrt: Unary = elementwise("sqrt", FLOATS, s.sqrt, (dy, y) => [div(mul(dy, 0.5), y)]);
/** a + b; integers wrap around. */
export const add: Binary = elementwise("add", NUMBERS, s.add, (dy) => [dy, dy]);
/** a − b; integers wrap around. */
export const sub: Binary = elementwise("sub", NUMBERS, s.sub, (dy) => [dy, neg(dy)]);
/** a · b; integers wrap around. */
export const mul: Binary = elementwise("mul", NUMBERS, s.mul, (dy, _, a, b) => [
  mul(dy, b),
  mul(dy, a),
]);
/** a / b, of floats. */
export const div: Binary = elementwise("div", FLOATS, s.div, (dy, y, _, b) => [
  div(dy, b),
  neg(div(mul(dy, y), b)),
]);
/** The smaller of a and b; NaN if either is NaN. Where a = b, each gets half of the gradient. */
export const min: Binary = elementwise("min", NUMBERS, s.min, (dy, _, a, b) => [
  mul(dy, share(a, b)),
  mul(dy, share(b, a)),
]);
/** The larger of a and b; NaN if either is NaN. Where a = b, each gets half of the gradient. */
export const max: Binary = elementwise("max", NUMBERS, s.max, (dy, _, a, b) => [
  mul(dy, share(b, a)),
  mul(dy, share(a, b)),
]);
/**
 * The part of the gradient that goes to `small`: 1 where it is the smaller one, ½ where both are
 * equal.
 */
const share = (small: Tensor, large: Tensor): Tensor =>
  where(equal(small, large), full(small.shape, 0.5), cast(less(small, large), "float32"));

// Functions

/**
 * A function of floats. Devices have it built in, or take its formula from kernels/numerics.ts.
 *
 * @__NO_SIDE_EFFECTS__
 */
const intrinsic = (f: IntrinsicFunction, gradient: Gradient): Unary =>
  elementwise(f.name, FLOATS, s.intrinsic(f), gradient);

/** eˣ. */
export const exp: Unary = intrinsic(intrinsics.exp, (dy, y) => [mul(dy, y)]);
/** The natural logarithm; −∞ at 0, NaN below. */
export const log: Unary = intrinsic(intrinsics.log, (dy, _, x) => [div(dy, x)]);
/** log(1 + x), accurate near 0. */
export const log1p: Unary = intrinsic(intrinsics.log1p, (dy, _, x) => [div(dy, add(x, 1))]);
/** eˣ − 1, accurate near 0. */
export const expm1: Unary = intrinsic(intrinsics.expm1, (dy, y) => [mul(dy, add(y, 1))]);
/** The hyperbolic tangent. */
export const tanh: Unary = intrinsic(intrinsics.tanh, (dy, y) => [mul(dy, sub(1, mul(y, y)))]);
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = intrinsic(
  intrinsics.sigmoid,
  // 1 − σ(x) as σ(−x): in float32 the subtraction gives 0 from x = 17 on.
  (dy, y, x) => [mul(dy, mul(y, sigmoid(neg(x))))],
);
/** log(1 + eˣ), finite for every finite x. */
export const softplus: Unary = intrinsic(intrinsics.softplus, (dy, _, x) => [mul(dy, sigmoid(x))]);
/** The sine of x radians. */
export const sin: Unary = intrinsic(intrinsics.sin, (dy, _, x) => [mul(dy, cos(x))]);
/** The cosine of x radians. */
export const cos: Unary = intrinsic(intrinsics.cos, (dy, _, x) => [neg(mul(dy, sin(x)))]);
/**
 * The angle in radians, from −π/2 to π/2, whose tangent is x.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { atan, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await atan(tensor(1)).item(), Math.PI / 4, 1e-6);
 * ```
 */
export const atan: Unary = intrinsic(intrinsics.atan, (dy, _, x) => [div(dy, add(mul(x, x), 1))]);
/**
 * The error function, 2/√π · ∫₀ˣ e^(−t²) dt, to 1.5 units in the last place.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { erf, tensor } from "@echograd/echograd";
 * assertAlmostEquals(await erf(tensor(1)).item(), 0.8427008, 1e-6);
 * ```
 */
export const erf: Unary = intrinsic(intrinsics.erf, (dy, _, x) => [
  mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
]);

// Comparisons: bool, and false where an argument is NaN.

/** @__NO_SIDE_EFFECTS__ */
const comparison = (name: string, formula: Formula, dtypes = NUMBERS): Binary =>
  elementwise(name, dtypes, formula, undefined, "bool");

const NUMBERS_AND_BOOL: readonly DType[] = ["float32", "int32", "uint32", "bool"];

/** a < b. */
export const less: Binary = comparison("less", s.less);
/** a ≤ b. */
export const lessEqual: Binary = comparison("lessEqual", s.lessEqual);
/** a = b. */
export const equal: Binary = comparison("equal", s.equal, NUMBERS_AND_BOOL);
/** a > b. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => less(b, a);
/** a ≥ b. */
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor => lessEqual(b, a);
/** a ≠ b; true where either is NaN. */
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => not(equal(a, b));
/** Whether x is NaN. */
export const isNaN = (x: TensorLike): Tensor => notEqual(x, x);

// Bits

/** a AND b, of bools or of the bits of integers. */
export const and: Binary = elementwise("and", BITS, s.and);
/** a OR b, of bools or of the bits of integers. */
export const or: Binary = elementwise("or", BITS, s.or);
/** a XOR b, of bools or of the bits of integers. */
export const xor: Binary = elementwise("xor", BITS, s.xor);
/** NOT x, of a bool or of the bits of an integer. */
export function not(x: Tensor): Tensor {
  requireTensors("not", [x]);
  return xor(x, x.dtype === "bool" ? 1 : x.dtype === "uint32" ? 0xffffffff : -1);
}
/** a · 2ᵇ, with b taken modulo 32. */
export const shiftLeft: Binary = elementwise("shiftLeft", INTEGERS, s.shiftLeft);
/** ⌊a / 2ᵇ⌋, with b taken modulo 32. */
export const shiftRight: Binary = elementwise("shiftRight", INTEGERS, s.shiftRight);

// Choice and conversion

const selectPrimitive = /* @__PURE__ */ primitive({
  name: "where",
  type([condition, a, b]) {
    requireDType("choose by", condition, "bool");
    requireSameDType("choose between", [a, b]);
    return a;
  },
  lower: () => map((at, read) => s.select(read(0, at), read(1, at), read(2, at))),
  gradient: (dy, _, [condition]) => [undefined, where(condition, dy, 0), where(condition, 0, dy)],
});
/**
 * a where the condition holds, and b elsewhere.
 *
 * Both are computed. The one that is not chosen gets a gradient of 0, which the chain rule
 * multiplies by its slope. If that slope is infinite or NaN, as that of √x at 0 is, the product is
 * NaN. Then choose the argument, too.
 *
 * @example √x, and 0 with gradient 0 where x is not positive
 * ```ts
 * import { grad, greater, sqrt, sum, type Tensor, tensor, where } from "@echograd/echograd";
 * const root = (x: Tensor) => where(greater(x, 0), sqrt(where(greater(x, 0), x, 1)), 0);
 * console.log(await grad((x: Tensor) => sum(root(x)))(tensor([0, 4])).read()); // 0 and 0.25
 * ```
 */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  requireTensors("choose by", [condition]);
  requireTensors("choose", [a, b], true);
  const shape = commonShape("choose with", [condition, a, b]);
  const [x, y] = [a, b].map((x) => fill(x, shape, dtypeOf([a, b])));
  return apply(selectPrimitive, [broadcastTo(condition, shape), x, y], undefined);
}

const castPrimitive = /* @__PURE__ */ primitive<DType>({
  name: "cast",
  type: ([x], dtype) => ({ shape: x.shape, dtype }),
  lower: (_, dtype) => map((at, read) => s.convert(read(0, at), dtype)),
});
/** Converts to another dtype. Floats are cut towards zero, and saturate. The gradient is 0. */
export function cast(x: Tensor, dtype: DType): Tensor {
  requireTensors("cast", [x]);
  checkDType(dtype);
  return x.dtype === dtype ? x : apply(castPrimitive, [x], dtype);
}

export const identityPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: "identity",
  type: ([x]) => x,
  lower: () => view((at) => at),
  gradient: (dy) => [dy],
});
/** x as a fresh node, marked by a trace: `grad` wraps its arguments in these. */
export const identity = (x: Tensor, trace: Trace): Tensor =>
  apply(identityPrimitive, [x], undefined, trace);
/** x, which gradients of every order take for a constant. */
export function stopGradient(x: Tensor): Tensor {
  requireTensors("stop the gradient of", [x]);
  return apply({ ...identityPrimitive, gradient: undefined }, [x], undefined);
}

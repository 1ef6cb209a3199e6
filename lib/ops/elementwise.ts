/**
 * Elementwise ops: one scalar formula each. Shapes broadcast by NumPy's rules and dtypes must
 * agree. A plain number takes the dtype of the tensor beside it.
 *
 * @module
 */
import type { DType, Expr, Intrinsic } from "../../kernels/formula.ts";
import * as s from "../../kernels/scalar.ts";
import { checkDType } from "../checks.ts";
import { broadcastShapes } from "../shape.ts";
import { Tensor, type TensorLike } from "../tensor.ts";
import type { Trace } from "../trace.ts";
import { full, zeros } from "../create.ts";
import { broadcastTo } from "./linear.ts";
import {
  apply,
  type Primitive,
  primitive,
  requireDType,
  requireSameDType,
  requireTensors,
} from "./primitive.ts";

/** An elementwise op. */
export type Elementwise<Arguments extends readonly TensorLike[]> = (...args: Arguments) => Tensor;
/** An op of one tensor. */
export type Unary = Elementwise<[x: TensorLike]>;
/** An op of two tensors, or of a tensor and a number. */
export type Binary = Elementwise<[a: TensorLike, b: TensorLike]>;

interface Rule {
  /** The dtypes that the inputs may have. */
  readonly dtypes: readonly DType[];
  /** The dtype of the output; that of the inputs unless given. */
  readonly gives?: DType;
  readonly formula: (...elements: Expr[]) => Expr;
  readonly gradient?: (
    dy: Tensor,
    y: Tensor,
    ...inputs: readonly Tensor[]
  ) => readonly (Tensor | undefined)[];
}

const FLOATS: readonly DType[] = ["float32"];
const INTEGERS: readonly DType[] = ["int32", "uint32"];
const NUMBERS: readonly DType[] = ["float32", "int32", "uint32"];

function elementwise<A extends readonly TensorLike[]>(name: string, rule: Rule): Elementwise<A> {
  const record = primitive({
    name,
    type(inputs) {
      inputs.forEach((input) => requireDType(name, input, ...rule.dtypes));
      requireSameDType(name, inputs);
      return { shape: inputs[0].shape, dtype: rule.gives ?? inputs[0].dtype };
    },
    lower: (inputs) => ({
      kind: "map",
      element: (at, read) => rule.formula(...inputs.map((_, i) => read(i, at))),
    }),
    gradient: rule.gradient && ((dy, y, inputs) => rule.gradient!(dy, y, ...inputs)),
  });
  const arity = rule.formula.length; // further arguments are dropped, so that list.map(exp) works
  return (...args) => apply(record, align(name, args, arity), undefined);
}

/**
 * Turns numbers into tensors of the dtype beside them, and broadcasts all arguments to one shape.
 */
function align(op: string, args: readonly TensorLike[], arity = args.length): Tensor[] {
  if (args.length !== arity) args = Array.from({ length: arity }, (_, i) => args[i]);
  requireTensors(op, args, true);
  const shape = broadcastShapes(op, ...args.map((x) => typeof x === "number" ? [] : x.shape));
  const dtype = args.find((x) => x instanceof Tensor)?.dtype ?? "float32";
  return args.map((x) => typeof x === "number" ? full(shape, x, dtype) : broadcastTo(x, shape));
}

// Arithmetic

/** −x. */
export const neg: Unary = elementwise("neg", {
  dtypes: NUMBERS,
  formula: s.neg,
  gradient: (dy) => [neg(dy)],
});
/** |x|; the gradient at 0 is 0. */
export const abs: Unary = elementwise("abs", {
  dtypes: ["float32", "int32"],
  formula: s.abs,
  gradient: (dy, _, x) => [where(less(x, 0), neg(dy), where(less(0, x), dy, 0))],
});
/** The greatest integer not above x; the gradient is 0. */
export const floor: Unary = elementwise("floor", { dtypes: FLOATS, formula: s.floor });
/** √x. */
export const sqrt: Unary = elementwise("sqrt", {
  dtypes: FLOATS,
  formula: s.sqrt,
  gradient: (dy, y) => [div(mul(dy, 0.5), y)],
});
/** a + b; integers wrap around. */
export const add: Binary = elementwise("add", {
  dtypes: NUMBERS,
  formula: s.add,
  gradient: (dy) => [dy, dy],
});
/** a − b; integers wrap around. */
export const sub: Binary = elementwise("sub", {
  dtypes: NUMBERS,
  formula: s.sub,
  gradient: (dy) => [dy, neg(dy)],
});
/** a · b; integers wrap around. */
export const mul: Binary = elementwise("mul", {
  dtypes: NUMBERS,
  formula: s.mul,
  gradient: (dy, _, a, b) => [mul(dy, b), mul(dy, a)],
});
/** a / b, of floats. */
export const div: Binary = elementwise("div", {
  dtypes: FLOATS,
  formula: s.div,
  gradient: (dy, y, _, b) => [div(dy, b), neg(div(mul(dy, y), b))],
});
/** The smaller of a and b; NaN if either is NaN. Where a = b, each gets half of the gradient. */
export const min: Binary = elementwise("min", {
  dtypes: NUMBERS,
  formula: s.min,
  gradient: (dy, _, a, b) => [mul(dy, share(a, b)), mul(dy, share(b, a))],
});
/** The larger of a and b; NaN if either is NaN. Where a = b, each gets half of the gradient. */
export const max: Binary = elementwise("max", {
  dtypes: NUMBERS,
  formula: s.max,
  gradient: (dy, _, a, b) => [mul(dy, share(b, a)), mul(dy, share(a, b))],
});
/**
 * The part of the gradient that goes to `small`: 1 where it is the smaller one, ½ where both are
 * equal.
 */
const share = (small: Tensor, large: Tensor): Tensor =>
  where(equal(small, large), full(small.shape, 0.5), cast(less(small, large), "float32"));

// Functions

/** A function of floats. Devices have it built in, or take its formula from kernels/numerics.ts. */
const intrinsic = (name: Intrinsic, gradient: Rule["gradient"]): Unary =>
  elementwise(name, { dtypes: FLOATS, formula: s.intrinsic(name), gradient });

/** eˣ. */
export const exp: Unary = intrinsic("exp", (dy, y) => [mul(dy, y)]);
/** The natural logarithm; −∞ at 0, NaN below. */
export const log: Unary = intrinsic("log", (dy, _, x) => [div(dy, x)]);
/** log(1 + x), accurate near 0. */
export const log1p: Unary = intrinsic("log1p", (dy, _, x) => [div(dy, add(x, 1))]);
/** eˣ − 1, accurate near 0. */
export const expm1: Unary = intrinsic("expm1", (dy, y) => [mul(dy, add(y, 1))]);
/** The hyperbolic tangent. */
export const tanh: Unary = intrinsic("tanh", (dy, y) => [mul(dy, sub(1, mul(y, y)))]);
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = intrinsic(
  "sigmoid",
  // 1 − σ(x) as σ(−x): in float32 the subtraction gives 0 from x = 17 on.
  (dy, y, x) => [mul(dy, mul(y, sigmoid(neg(x))))],
);
/** log(1 + eˣ), finite for every finite x. */
export const softplus: Unary = intrinsic("softplus", (dy, _, x) => [mul(dy, sigmoid(x))]);
/** The sine of x radians. */
export const sin: Unary = intrinsic("sin", (dy, _, x) => [mul(dy, cos(x))]);
/** The cosine of x radians. */
export const cos: Unary = intrinsic("cos", (dy, _, x) => [neg(mul(dy, sin(x)))]);

// Comparisons: bool, and false where an argument is NaN.

const comparison = (name: string, formula: Rule["formula"], dtypes = NUMBERS): Binary =>
  elementwise(name, { dtypes, gives: "bool", formula });

/** a < b. */
export const less: Binary = comparison("less", s.less);
/** a ≤ b. */
export const lessEqual: Binary = comparison("lessEqual", s.lessEqual);
/** a = b. */
export const equal: Binary = comparison("equal", s.equal, [...NUMBERS, "bool"]);
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
export const and: Binary = elementwise("and", { dtypes: [...INTEGERS, "bool"], formula: s.and });
/** a OR b, of bools or of the bits of integers. */
export const or: Binary = elementwise("or", { dtypes: [...INTEGERS, "bool"], formula: s.or });
/** a XOR b, of bools or of the bits of integers. */
export const xor: Binary = elementwise("xor", { dtypes: [...INTEGERS, "bool"], formula: s.xor });
/** NOT x, of a bool or of the bits of an integer. */
export function not(x: Tensor): Tensor {
  requireTensors("not", [x]);
  return xor(x, x.dtype === "bool" ? 1 : x.dtype === "uint32" ? 0xffffffff : -1);
}
/** a · 2ᵇ, with b taken modulo 32. */
export const shiftLeft: Binary = elementwise("shiftLeft", {
  dtypes: INTEGERS,
  formula: s.shiftLeft,
});
/** ⌊a / 2ᵇ⌋, with b taken modulo 32. */
export const shiftRight: Binary = elementwise("shiftRight", {
  dtypes: INTEGERS,
  formula: s.shiftRight,
});

// Choice and conversion

const selectPrimitive = primitive({
  name: "where",
  type([condition, a, b]) {
    requireDType("choose by", condition, "bool");
    requireSameDType("choose between", [a, b]);
    return a;
  },
  lower: () => ({
    kind: "map",
    element: (at, read) => s.select(read(0, at), read(1, at), read(2, at)),
  }),
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
  const shapes = [condition, a, b].map((x) => typeof x === "number" ? [] : x.shape);
  const shape = broadcastShapes("choose with", ...shapes);
  const [c] = align("choose", [condition, zeros(shape)]);
  const [x, y] = align("choose", [a, b, zeros(shape, dtypeOf(a, b))]);
  return apply(selectPrimitive, [c, x, y], undefined);
}
const dtypeOf = (...args: readonly TensorLike[]): DType =>
  args.find((x) => x instanceof Tensor)?.dtype ?? "float32";

const castPrimitive = primitive<DType>({
  name: "cast",
  type: ([x], dtype) => ({ shape: x.shape, dtype }),
  lower: (_, dtype) => ({ kind: "map", element: (at, read) => s.convert(read(0, at), dtype) }),
});
/** Converts to another dtype. Floats are cut towards zero, and saturate. The gradient is 0. */
export function cast(x: Tensor, dtype: DType): Tensor {
  requireTensors("cast", [x]);
  checkDType(dtype);
  return x.dtype === dtype ? x : apply(castPrimitive, [x], dtype);
}

export const identityPrimitive: Primitive = primitive({
  name: "identity",
  type: ([x]) => x,
  lower: () => ({ kind: "map", element: (at, read) => read(0, at), isView: true }),
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

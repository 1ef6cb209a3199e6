/**
 * The constructors of scalar formulas.
 *
 * An elementwise op is one formula. Devices print formulas as JavaScript, as WGSL, or as
 * WebAssembly SIMD. The language has what all three have: arithmetic, comparisons, bits, a select.
 * The functions that only some of them have (exp, log, tanh, …) are *intrinsics*, which
 * `numerics.ts` writes out in the rest of the language.
 *
 * @module
 */
import type { Call, DType, Expr, Index, IntrinsicFunction, Load, ScalarOp } from "./formula.ts";

/** A constant: numbers for floats and integers, 0 or 1 for bool. */
export const constant = (value: number, dtype: DType = "float32"): Expr => ({
  kind: "constant",
  dtype,
  value,
});

/** An index as a value. */
export const position = (at: Index): Expr =>
  at.terms.length === 0 ? constant(at.constant, "int32") : { kind: "position", dtype: "int32", at };

/** An element of input buffer number `buffer`. */
export const load = (buffer: number, at: Index, dtype: DType): Load => ({
  kind: "load",
  dtype,
  buffer,
  at,
});

/**
 * The outcome of the kernel's reduction, scan, scatter or product; only in the values that it
 * stores.
 */
export const result = (dtype: DType): Expr => ({ kind: "result", dtype });

/** Applies an operation that gives the stated dtype. Prefer the named helpers below. */
export const call = (op: ScalarOp, dtype: DType, ...args: readonly Expr[]): Expr => ({
  kind: "call",
  op,
  dtype,
  args,
});

type Unary = (x: Expr) => Expr;
type Binary = (x: Expr, y: Expr) => Expr;

// A bundler drops the constructors that nobody uses.
/* @__NO_SIDE_EFFECTS__ */
const unary = (op: ScalarOp): Unary => (x) => call(op, x.dtype, x);
/* @__NO_SIDE_EFFECTS__ */
const binary = (op: ScalarOp): Binary => (x, y) => call(op, x.dtype, x, y);
/* @__NO_SIDE_EFFECTS__ */
const comparison = (op: ScalarOp): Binary => (x, y) => call(op, "bool", x, y);

/** −x. */
export const neg: Unary = unary("neg");
/** |x|. */
export const abs: Unary = unary("abs");
/** The largest integer of at most x, as a float. */
export const floor: Unary = unary("floor");
/** The nearest integer, as a float; ties go to the even one. */
export const round: Unary = unary("round");
/** √x. */
export const sqrt: Unary = unary("sqrt");
/** x + y; integers wrap around. */
export const add: Binary = binary("add");
/** x − y; integers wrap around. */
export const sub: Binary = binary("sub");
/** x · y; integers wrap around. */
export const mul: Binary = binary("mul");
/** x / y, of floats. */
export const div: Binary = binary("div");
/** The smaller one; NaN if either is. */
export const min: Binary = binary("min");
/** The larger one; NaN if either is. */
export const max: Binary = binary("max");
/** x & y: bits of integers, truth of bools. */
export const and: Binary = binary("and");
/** x | y: bits of integers, truth of bools. */
export const or: Binary = binary("or");
/** x ^ y: bits of integers, truth of bools. */
export const xor: Binary = binary("xor");
/** x << y; y is taken modulo 32. */
export const shiftLeft: Binary = binary("shiftLeft");
/** x >> y; fills with the sign of an int32, with zeros for uint32. */
export const shiftRight: Binary = binary("shiftRight");
/** x < y as a bool; false where either is NaN. */
export const less: Binary = comparison("less");
/** x ≤ y as a bool; false where either is NaN. */
export const lessEqual: Binary = comparison("lessEqual");
/** x = y as a bool; false where either is NaN. */
export const equal: Binary = comparison("equal");
/** `ifTrue` where the condition holds, `ifFalse` elsewhere. */
export const select = (condition: Expr, ifTrue: Expr, ifFalse: Expr): Expr =>
  call("select", ifTrue.dtype, condition, ifTrue, ifFalse);
/** x as a number of another type: floats are cut towards zero and saturate, NaN gives 0. */
export const convert = (x: Expr, dtype: DType): Expr =>
  x.dtype === dtype ? x : call("convert", dtype, x);
/** The 32 bits of x under another type; not on the reference device. */
export const bitcast = (x: Expr, dtype: DType): Expr => call("bitcast", dtype, x);

/** A function of `intrinsics.ts` as a unary formula. */
export const intrinsic = (intrinsic: IntrinsicFunction): Unary => (x) => ({
  kind: "call",
  op: intrinsic.name,
  dtype: x.dtype,
  args: [x],
  intrinsic,
});

/** The operations that stand between their arguments, as C and its descendants write them. */
export const INFIX: { readonly [op in Call["op"]]?: string } = {
  ...{ add: "+", sub: "-", mul: "*", div: "/", and: "&", or: "|", xor: "^" },
  ...{ shiftLeft: "<<", shiftRight: ">>", less: "<", lessEqual: "<=", equal: "==" },
};

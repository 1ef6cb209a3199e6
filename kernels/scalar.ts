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
import type { DType, Expr, Index, Intrinsic, Load, ScalarOp } from "./formula.ts";

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
const unary = (op: ScalarOp): Unary => (x) => call(op, x.dtype, x);
const binary = (op: ScalarOp): Binary => (x, y) => call(op, x.dtype, x, y);
const comparison = (op: ScalarOp): Binary => (x, y) => call(op, "bool", x, y);

export const neg: Unary = unary("neg");
export const abs: Unary = unary("abs");
export const floor: Unary = unary("floor");
export const round: Unary = unary("round");
export const sqrt: Unary = unary("sqrt");
export const add: Binary = binary("add");
export const sub: Binary = binary("sub");
export const mul: Binary = binary("mul");
export const div: Binary = binary("div");
export const min: Binary = binary("min");
export const max: Binary = binary("max");
export const and: Binary = binary("and");
export const or: Binary = binary("or");
export const xor: Binary = binary("xor");
export const shiftLeft: Binary = binary("shiftLeft");
export const shiftRight: Binary = binary("shiftRight");
export const less: Binary = comparison("less");
export const lessEqual: Binary = comparison("lessEqual");
export const equal: Binary = comparison("equal");
export const select = (condition: Expr, ifTrue: Expr, ifFalse: Expr): Expr =>
  call("select", ifTrue.dtype, condition, ifTrue, ifFalse);
export const convert = (x: Expr, dtype: DType): Expr =>
  x.dtype === dtype ? x : call("convert", dtype, x);
export const bitcast = (x: Expr, dtype: DType): Expr => call("bitcast", dtype, x);

/** The functions of {@linkcode Intrinsic} as unary formulas. */
export const intrinsic = (name: Intrinsic): Unary => unary(name);

/** The operations that stand between their arguments, as C and its descendants write them. */
export const INFIX: { readonly [op in ScalarOp]?: string } = {
  ...{ add: "+", sub: "-", mul: "*", div: "/", and: "&", or: "|", xor: "^" },
  ...{ shiftLeft: "<<", shiftRight: ">>", less: "<", lessEqual: "<=", equal: "==" },
};

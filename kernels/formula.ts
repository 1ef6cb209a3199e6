/**
 * The two types that hold each other: a formula reads elements at indices, and an index may be read
 * from a buffer.
 *
 * An {@linkcode Expr} is what a kernel computes for one element; `scalar.ts` builds it. An
 * {@linkcode Index} says which element of a buffer is read; `indexing.ts` does arithmetic with it.
 *
 * Worked example: x[i] + table[ids[i]] for vectors of 10 elements and a table of 100 is the call
 * `add(load(0, i), load(1, v))`, where i is the axis atom 0 of size 10, and v is the value atom of
 * size 100 whose expression is `load(2, i)`.
 *
 * @module
 */

/**
 * The type of an element; each takes four bytes in a buffer (eight for float32 on the reference
 * device).
 */
export type DType = "float32" | "int32" | "uint32" | "bool";

/** The name of a function that `numerics.ts` writes out in the other operations. */
export type Intrinsic =
  | "exp"
  | "log"
  | "log1p"
  | "expm1"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "sin"
  | "cos"
  | "atan"
  | "erf";

/** Every operation on scalars that devices know. */
export type ScalarOp =
  | "add" // integers wrap around
  | "sub"
  | "mul"
  | "div" // float32 only
  | "min" // NaN if either is
  | "max"
  | "neg"
  | "abs"
  | "floor"
  | "round" // to the nearest integer, ties to even
  | "sqrt"
  | "less" // comparisons give bool, false where an argument is NaN
  | "lessEqual"
  | "equal"
  | "and" // bits of integers, truth of bools
  | "or"
  | "xor"
  | "shiftLeft" // shift counts are taken modulo 32
  | "shiftRight" // fills with the sign for int32, with zeros for uint32
  | "select" // select(condition, ifTrue, ifFalse)
  | "convert" // to the call's dtype: floats are cut towards zero and saturate, NaN gives 0
  | "bitcast"; // the same 32 bits under another dtype; not on the reference device

/** A formula. Expressions are shared by reference: the same object is computed once. */
export type Expr = Constant | Position | Load | KernelResult | Call;

/** A number; 0 or 1 for bool. */
export interface Constant {
  /** Tells it from other formulas. */
  readonly kind: "constant";
  /** The type of the number. */
  readonly dtype: DType;
  /** The number. */
  readonly value: number;
}

/** An index as a value. */
export interface Position {
  /** Tells it from other formulas. */
  readonly kind: "position";
  /** Indices are int32. */
  readonly dtype: "int32";
  /** The index. */
  readonly at: Index;
}

/** The outcome of the kernel's reduction, scan, scatter or product. */
export interface KernelResult {
  /** Tells it from other formulas. */
  readonly kind: "result";
  /** The type of the outcome. */
  readonly dtype: DType;
}

/** An element of one of the kernel's input buffers. */
export interface Load {
  /** Tells it from other formulas. */
  readonly kind: "load";
  /** The type of the buffer. */
  readonly dtype: DType;
  /** The number of the input buffer, along the `loads` of the kernel. */
  readonly buffer: number;
  /** Which element of the buffer. */
  readonly at: Index;
}

/** A function of a float32 that is written out in the other operations. */
export interface IntrinsicFunction {
  /** Its name. */
  readonly name: Intrinsic;
  /** The function in terms of the other operations. */
  readonly written: (x: Expr) => Expr;
  /** An expensive formula for rare arguments, which is computed only where there are any. */
  readonly rare?: (x: Expr) => { readonly when: Expr; readonly value: Expr };
  /** The function in float64, for the reference device. */
  readonly exact: (x: number) => number;
}

/** An operation on scalars, or a function. */
export type Call = Operation | FunctionCall;

/** An operation on scalars. */
export interface Operation {
  /** Tells it from other formulas. */
  readonly kind: "call";
  /** The type of the value. */
  readonly dtype: DType;
  /** The operation. */
  readonly op: ScalarOp;
  /** Its arguments. */
  readonly args: readonly Expr[];
  /** Only functions have it. */
  readonly intrinsic?: undefined;
}

/** A function of a scalar. */
export interface FunctionCall {
  /** Tells it from other formulas. */
  readonly kind: "call";
  /** The type of the value. */
  readonly dtype: DType;
  /** The name of the function. */
  readonly op: Intrinsic;
  /** Its argument. */
  readonly args: readonly Expr[];
  /** The function itself: so a bundle has only the functions that its formulas use. */
  readonly intrinsic: IntrinsicFunction;
}

/** What an index counts in multiples of. Every atom ranges over 0 … size − 1. */
export type Atom =
  | { readonly kind: "axis"; readonly axis: number; readonly size: number }
  | { readonly kind: "quotient"; readonly of: Index; readonly by: number; readonly size: number }
  | { readonly kind: "remainder"; readonly of: Index; readonly by: number; readonly size: number }
  | { readonly kind: "value"; readonly of: Expr; readonly size: number };

/** One summand, scale · atom. */
export interface Term {
  /** What is counted. */
  readonly atom: Atom;
  /** The number by which it is multiplied: the stride of a loop variable. */
  readonly scale: number;
}

/** constant + Σ scale · atom, an int32, with the bounds that follow from the sizes of its atoms. */
export interface Index {
  /** The summand without an atom. */
  readonly constant: number;
  /** The other summands, each atom once. */
  readonly terms: readonly Term[];
  /** The smallest value that it can have. */
  readonly min: number;
  /** The largest value that it can have. */
  readonly max: number;
}

/**
 * From scalar operations to SIMD instructions on four lanes.
 *
 * float32, int32 and uint32 are their bits. A bool is a mask while a kernel runs, with all bits set
 * or none: comparisons give masks, and bitselect takes them. In memory a bool is the integer 1 or
 * 0. Negation turns 1 into a mask, and a mask into 1.
 *
 * @module
 */
import { type Combine, IDENTITIES } from "../../graph.ts";
import type { DType, Intrinsic, ScalarOp } from "../../formula.ts";
import { bitsOf } from "./assembler.ts";
import type { Opcode } from "./opcodes.ts";

/** Operations that are written out before they get here, or that take more than one instruction. */
type Elsewhere = Intrinsic | "convert" | "shiftLeft" | "shiftRight" | "select" | "bitcast";

const floats: Partial<Record<ScalarOp, Opcode>> = {
  add: "f32x4.add",
  sub: "f32x4.sub",
  mul: "f32x4.mul",
  div: "f32x4.div",
  min: "f32x4.min",
  max: "f32x4.max",
  neg: "f32x4.neg",
  abs: "f32x4.abs",
  floor: "f32x4.floor",
  round: "f32x4.nearest",
  sqrt: "f32x4.sqrt",
  less: "f32x4.lt",
  lessEqual: "f32x4.le",
  equal: "f32x4.eq",
};

const bitwise: Partial<Record<ScalarOp, Opcode>> = {
  and: "v128.and",
  or: "v128.or",
  xor: "v128.xor",
  equal: "i32x4.eq",
};

const integers: Partial<Record<ScalarOp, Opcode>> = {
  ...bitwise,
  add: "i32x4.add",
  sub: "i32x4.sub",
  mul: "i32x4.mul",
  neg: "i32x4.neg",
};

const tables: Record<DType, Partial<Record<ScalarOp, Opcode>>> = {
  float32: floats,
  int32: {
    ...integers,
    abs: "i32x4.abs",
    min: "i32x4.min_s",
    max: "i32x4.max_s",
    less: "i32x4.lt_s",
    lessEqual: "i32x4.le_s",
  },
  uint32: {
    ...integers,
    min: "i32x4.min_u",
    max: "i32x4.max_u",
    less: "i32x4.lt_u",
    lessEqual: "i32x4.le_u",
  },
  // false < true holds for masks that are compared as unsigned numbers
  bool: {
    ...bitwise,
    min: "v128.and",
    max: "v128.or",
    less: "i32x4.lt_u",
    lessEqual: "i32x4.le_u",
  },
};

/** The instruction for an operation on arguments of a dtype; undefined where it changes nothing. */
export function instructionFor(
  op: Exclude<ScalarOp, Elsewhere>,
  dtype: DType,
): Opcode | undefined {
  const found = tables[dtype][op];
  if (found !== undefined) return found;
  const isInteger = dtype === "int32" || dtype === "uint32";
  if (isInteger && (op === "floor" || op === "round" || op === "abs")) return undefined;
  throw new TypeError(`Cannot apply ${op} to ${dtype}`);
}

/** What turns a number (not a bool) of one dtype into another; undefined where the bits stay. */
export function conversion(from: DType, to: DType): Opcode | undefined {
  if (from === "float32" && to === "int32") return "i32x4.trunc_sat_f32x4_s";
  if (from === "float32" && to === "uint32") return "i32x4.trunc_sat_f32x4_u";
  if (from === "int32" && to === "float32") return "f32x4.convert_i32x4_s";
  if (from === "uint32" && to === "float32") return "f32x4.convert_i32x4_u";
  return undefined;
}

/** The bits of a constant. */
export function constantBits(value: number, dtype: DType): number {
  if (dtype === "float32") return bitsOf(value);
  if (dtype === "bool") return value ? -1 : 0;
  return Number(BigInt.asIntN(32, BigInt(Math.trunc(value))));
}

/** The bits of the identity of a reduction. */
export function identityBits(combine: Combine, dtype: DType): number {
  return constantBits(IDENTITIES[combine][dtype], dtype);
}

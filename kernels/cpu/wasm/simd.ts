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
import type { DType, ScalarOp } from "../../formula.ts";
import { bitsOf } from "./assembler.ts";
import type { Opcode } from "./opcodes.ts";

/** Operations that are written out before they get here, or that take more than one instruction. */
type Elsewhere = "convert" | "shiftLeft" | "shiftRight" | "select" | "bitcast";

const dtypes: readonly DType[] = ["float32", "int32", "uint32", "bool"];

/**
 * The instructions for arguments of each of these dtypes; null where the operation changes nothing.
 * Masks that are compared as unsigned numbers have false < true.
 */
const instructions: Record<Exclude<ScalarOp, Elsewhere>, readonly (Opcode | null | undefined)[]> = {
  add: ["f32x4.add", "i32x4.add", "i32x4.add"],
  sub: ["f32x4.sub", "i32x4.sub", "i32x4.sub"],
  mul: ["f32x4.mul", "i32x4.mul", "i32x4.mul"],
  div: ["f32x4.div"],
  min: ["f32x4.min", "i32x4.min_s", "i32x4.min_u", "v128.and"],
  max: ["f32x4.max", "i32x4.max_s", "i32x4.max_u", "v128.or"],
  neg: ["f32x4.neg", "i32x4.neg", "i32x4.neg"],
  abs: ["f32x4.abs", "i32x4.abs", null],
  floor: ["f32x4.floor", null, null],
  round: ["f32x4.nearest", null, null],
  sqrt: ["f32x4.sqrt"],
  less: ["f32x4.lt", "i32x4.lt_s", "i32x4.lt_u", "i32x4.lt_u"],
  lessEqual: ["f32x4.le", "i32x4.le_s", "i32x4.le_u", "i32x4.le_u"],
  equal: ["f32x4.eq", "i32x4.eq", "i32x4.eq", "i32x4.eq"],
  and: [undefined, "v128.and", "v128.and", "v128.and"],
  or: [undefined, "v128.or", "v128.or", "v128.or"],
  xor: [undefined, "v128.xor", "v128.xor", "v128.xor"],
};

/** The instruction for an operation on arguments of a dtype; null where it changes nothing. */
export function instructionFor(op: Exclude<ScalarOp, Elsewhere>, dtype: DType): Opcode | null {
  const found = instructions[op][dtypes.indexOf(dtype)];
  if (found === undefined) throw new TypeError(`Cannot apply ${op} to ${dtype}`);
  return found;
}

/** What turns a number (not a bool) of one dtype into another; null where the bits stay. */
export function conversion(from: DType, to: DType): Opcode | null {
  const sign = [from, to].includes("uint32") ? "u" : "s";
  if (from === "float32") return `i32x4.trunc_sat_f32x4_${sign}`;
  return to === "float32" ? `f32x4.convert_i32x4_${sign}` : null;
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

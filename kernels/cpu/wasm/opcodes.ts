/**
 * The WebAssembly instructions that the cpu device uses, by their names in the specification.
 *
 * @module
 */

/**
 * Opcodes; numbers above 0xff are instructions of the 0xfd (SIMD) space, written as 0xfd00 + their
 * number.
 */
export const opcodes = {
  "select": 0x1b,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.ge_u": 0x4f,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "f64.add": 0xa0,
  "f32.demote_f64": 0xb6,
  "i32x4.splat": 0xfd11,
  "f32x4.splat": 0xfd13,
  "i32x4.eq": 0xfd37,
  "i32x4.ne": 0xfd38,
  "i32x4.lt_s": 0xfd39,
  "i32x4.lt_u": 0xfd3a,
  "i32x4.le_s": 0xfd3d,
  "i32x4.le_u": 0xfd3e,
  "f32x4.eq": 0xfd41,
  "f32x4.ne": 0xfd42,
  "f32x4.lt": 0xfd43,
  "f32x4.le": 0xfd45,
  "v128.and": 0xfd4e,
  "v128.or": 0xfd50,
  "v128.xor": 0xfd51,
  "v128.bitselect": 0xfd52,
  "v128.any_true": 0xfd53,
  "f32x4.demote_f64x2_zero": 0xfd5e,
  "f64x2.promote_low_f32x4": 0xfd5f,
  "f32x4.floor": 0xfd68,
  "f32x4.nearest": 0xfd6a,
  "i32x4.abs": 0xfda0,
  "i32x4.neg": 0xfda1,
  "i32x4.shl": 0xfdab,
  "i32x4.shr_s": 0xfdac,
  "i32x4.shr_u": 0xfdad,
  "i32x4.add": 0xfdae,
  "i32x4.sub": 0xfdb1,
  "i32x4.mul": 0xfdb5,
  "i32x4.min_s": 0xfdb6,
  "i32x4.min_u": 0xfdb7,
  "i32x4.max_s": 0xfdb8,
  "i32x4.max_u": 0xfdb9,
  "f32x4.abs": 0xfde0,
  "f32x4.neg": 0xfde1,
  "f32x4.sqrt": 0xfde3,
  "f32x4.add": 0xfde4,
  "f32x4.sub": 0xfde5,
  "f32x4.mul": 0xfde6,
  "f32x4.div": 0xfde7,
  "f32x4.min": 0xfde8,
  "f32x4.max": 0xfde9,
  "f32x4.pmin": 0xfdea,
  "f32x4.pmax": 0xfdeb,
  "f64x2.add": 0xfdf0,
  "i32x4.trunc_sat_f32x4_s": 0xfdf8,
  "i32x4.trunc_sat_f32x4_u": 0xfdf9,
  "f32x4.convert_i32x4_s": 0xfdfa,
  "f32x4.convert_i32x4_u": 0xfdfb,
  "f32x4.relaxed_madd": 0xfe05,
  "i32x4.relaxed_laneselect": 0xfe0b,
} as const;

/** An instruction without immediate operands. */
export type Opcode = keyof typeof opcodes;

/** Instructions that touch memory, and the logarithm of their natural alignment. */
export const memoryOps = {
  "i32.load": [0x28, 2],
  "i32.store": [0x36, 2],
  "v128.load": [0xfd00, 2],
  "v128.load32_splat": [0xfd09, 2],
  "v128.store": [0xfd0b, 2],
} as const;

/** An instruction that loads or stores at address + offset. */
export type MemoryOp = keyof typeof memoryOps;

/** Instructions that take the number of a lane. */
export const laneOps = {
  "i32x4.extract_lane": 0xfd1b,
  "i32x4.replace_lane": 0xfd1c,
  "f64x2.extract_lane": 0xfd21,
} as const;

/** An instruction on one lane. */
export type LaneOp = keyof typeof laneOps;

/** Instructions that load or store one lane at address + offset. */
export const laneMemoryOps = {
  "v128.load32_lane": [0xfd56, 2],
  "v128.store32_lane": [0xfd5a, 2],
  "v128.store64_lane": [0xfd5b, 2],
} as const;

/** An instruction that moves one lane from or to memory. */
export type LaneMemoryOp = keyof typeof laneMemoryOps;

/**
 * The WebAssembly instructions that the cpu device uses, by their names in the specification.
 *
 * @module
 */

/**
 * Opcodes. Those of six digits have a prefix: 0xfd002a stands for the byte 0xfd and the number 0x2a.
 */
export const opcodes = {
  "loop": 0x03,
  "if": 0x04,
  "end": 0x0b,
  "br_if": 0x0d,
  "call": 0x10,
  "select": 0x1b,
  "local.get": 0x20,
  "local.set": 0x21,
  "local.tee": 0x22,
  "i32.load": 0x28,
  "i32.store": 0x36,
  "i32.const": 0x41,
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
  "memory.fill": 0xfc000b,
  "v128.load": 0xfd0000,
  "v128.load32_splat": 0xfd0009,
  "v128.store": 0xfd000b,
  "v128.const": 0xfd000c,
  "i8x16.shuffle": 0xfd000d,
  "i32x4.splat": 0xfd0011,
  "f32x4.splat": 0xfd0013,
  "i32x4.extract_lane": 0xfd001b,
  "i32x4.replace_lane": 0xfd001c,
  "f64x2.extract_lane": 0xfd0021,
  "i32x4.eq": 0xfd0037,
  "i32x4.ne": 0xfd0038,
  "i32x4.lt_s": 0xfd0039,
  "i32x4.lt_u": 0xfd003a,
  "i32x4.le_s": 0xfd003d,
  "i32x4.le_u": 0xfd003e,
  "f32x4.eq": 0xfd0041,
  "f32x4.ne": 0xfd0042,
  "f32x4.lt": 0xfd0043,
  "f32x4.le": 0xfd0045,
  "v128.and": 0xfd004e,
  "v128.or": 0xfd0050,
  "v128.xor": 0xfd0051,
  "v128.bitselect": 0xfd0052,
  "v128.any_true": 0xfd0053,
  "v128.load32_lane": 0xfd0056,
  "v128.store32_lane": 0xfd005a,
  "v128.store64_lane": 0xfd005b,
  "f32x4.demote_f64x2_zero": 0xfd005e,
  "f64x2.promote_low_f32x4": 0xfd005f,
  "f32x4.floor": 0xfd0068,
  "f32x4.nearest": 0xfd006a,
  "i32x4.abs": 0xfd00a0,
  "i32x4.neg": 0xfd00a1,
  "i32x4.shl": 0xfd00ab,
  "i32x4.shr_s": 0xfd00ac,
  "i32x4.shr_u": 0xfd00ad,
  "i32x4.add": 0xfd00ae,
  "i32x4.sub": 0xfd00b1,
  "i32x4.mul": 0xfd00b5,
  "i32x4.min_s": 0xfd00b6,
  "i32x4.min_u": 0xfd00b7,
  "i32x4.max_s": 0xfd00b8,
  "i32x4.max_u": 0xfd00b9,
  "f32x4.abs": 0xfd00e0,
  "f32x4.neg": 0xfd00e1,
  "f32x4.sqrt": 0xfd00e3,
  "f32x4.add": 0xfd00e4,
  "f32x4.sub": 0xfd00e5,
  "f32x4.mul": 0xfd00e6,
  "f32x4.div": 0xfd00e7,
  "f32x4.min": 0xfd00e8,
  "f32x4.max": 0xfd00e9,
  "f32x4.pmin": 0xfd00ea,
  "f32x4.pmax": 0xfd00eb,
  "f64x2.add": 0xfd00f0,
  "i32x4.trunc_sat_f32x4_s": 0xfd00f8,
  "i32x4.trunc_sat_f32x4_u": 0xfd00f9,
  "f32x4.convert_i32x4_s": 0xfd00fa,
  "f32x4.convert_i32x4_u": 0xfd00fb,
  "f32x4.relaxed_madd": 0xfd0105,
  "i32x4.relaxed_laneselect": 0xfd010b,
} as const;

/** The name of an instruction. */
export type Opcode = keyof typeof opcodes;

/** An instruction that loads or stores one lane at address + offset. */
export type LaneMemoryOp = Extract<Opcode, `v128.${string}_lane`>;

/** An instruction that loads or stores all that it names at address + offset. */
export type MemoryOp = Exclude<
  Extract<Opcode, `${string}.${"load" | "store"}${string}`>,
  LaneMemoryOp
>;

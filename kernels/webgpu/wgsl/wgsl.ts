/**
 * The scalar language in WGSL: types, literals, and one line of text for every operation.
 *
 * `scalar.ts` settles three things that WGSL leaves to the machine: comparisons with NaN, min and
 * max with NaN, and where conversions to integers saturate. Small helper functions do it here; they
 * find NaN by its bits, because compilers may assume that there is none. The intrinsics are helper
 * functions too, printed from `numerics.ts`.
 *
 * @module
 */
import type { Call, DType } from "../../formula.ts";
import { isIntrinsic } from "../../intrinsics.ts";
import { INFIX } from "../../scalar.ts";

/** The type of a value in a shader. */
export const typeOf = (dtype: DType): string =>
  ({ float32: "f32", int32: "i32", uint32: "u32", bool: "bool" })[dtype];

/** The type of an element in a buffer. Buffers cannot hold bool, which is stored as 0 or 1. */
export const storedTypeOf = (dtype: DType): string => dtype === "bool" ? "u32" : typeOf(dtype);

/**
 * A stored element as a value. The buffer may have been declared for another type of the same size.
 */
export function fromStored(text: string, stored: DType, dtype: DType): string {
  if (storedTypeOf(stored) !== storedTypeOf(dtype)) {
    text = `bitcast<${storedTypeOf(dtype)}>(${text})`;
  }
  return dtype === "bool" ? `(${text} != 0u)` : text;
}

/** A value as an element to store. */
export const toStored = (text: string, dtype: DType): string =>
  dtype === "bool" ? `select(0u, 1u, ${text})` : text;

/** An unsigned literal, modulo 2³². */
export const unsigned = (n: number): string => `${n >>> 0}u`;

/** A literal; undefined for NaN and ±Infinity, which have none in WGSL. */
export function literal(value: number, dtype: DType): string | undefined {
  switch (dtype) {
    case "bool":
      return value === 0 ? "false" : "true";
    case "uint32":
      return unsigned(value);
    case "int32":
      return (value | 0) === -(2 ** 31) ? "i32(-2147483648)" : `${value | 0}i`;
    case "float32": {
      const single = Math.fround(value);
      if (!Number.isFinite(single)) return undefined;
      return `${Object.is(single, -0) ? "-0.0" : single}f`;
    }
  }
}

/** The bits of a float32 as an unsigned literal. */
export const bitsText = (value: number): string =>
  unsigned(new Uint32Array(Float32Array.of(value).buffer)[0]);

/**
 * The expression that applies `op` to arguments of dtype `from`, which are names or literals. `use`
 * notes a helper function that the text calls, and returns its name.
 */
export function callText(
  op: Call["op"],
  dtype: DType,
  from: DType,
  args: readonly string[],
  use: (helper: string) => string,
): string {
  const [a, b, c] = args;
  const [isFloat, isBool] = [from === "float32", from === "bool"];
  const infix = `${a} ${INFIX[op]} ${b}`;
  switch (op) {
    case "neg":
      return from === "uint32" ? `0u - ${a}` : `-(${a})`;
    case "min":
    case "max":
      if (isBool) return op === "min" ? `${a} & ${b}` : `${a} | ${b}`;
      return isFloat ? `${use(`${op}_f32`)}(${a}, ${b})` : `${op}(${a}, ${b})`;
    case "less":
    case "lessEqual":
    case "equal":
      if (isBool && op !== "equal") return `!${a} ${op === "less" ? "&" : "|"} ${b}`;
      return isFloat ? `${use("ordered")}(${a}, ${b}) & (${infix})` : infix;
    case "xor":
      return isBool ? `${a} != ${b}` : infix;
    case "shiftLeft":
    case "shiftRight":
      return `${a} ${INFIX[op]} (u32(${b}) & 31u)`;
    case "select":
      return `select(${c}, ${b}, ${a})`;
    case "convert":
      if (dtype === "bool") {
        return isFloat ? `(bitcast<u32>(${a}) << 1u) != 0u` : `${a} != ${typeOf(from)}(0)`;
      }
      if (from === dtype) return a;
      // Integers keep their bits.
      return `${isFloat ? use(`to_${typeOf(dtype)}`) : typeOf(dtype)}(${a})`;
    case "bitcast":
      return fromStored(toStored(a, from), from, dtype);
  }
  if (op in INFIX) return infix;
  return `${isIntrinsic(op) ? use(`${op}_f32`) : op}(${a})`;
}

/** The helper functions, but for the intrinsics. */
export const HELPERS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({
    is_nan: /* wgsl */ `fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`,
    ordered: /* wgsl */ `fn ordered(x: f32, y: f32) -> bool {
  return !(is_nan(x) | is_nan(y));
}`,
    min_f32: /* wgsl */ `fn min_f32(x: f32, y: f32) -> f32 {
  return select(select(min(x, y), y, is_nan(y)), x, is_nan(x));
}`,
    max_f32: /* wgsl */ `fn max_f32(x: f32, y: f32) -> f32 {
  return select(select(max(x, y), y, is_nan(y)), x, is_nan(x));
}`,
    to_i32: /* wgsl */ `fn to_i32(x: f32) -> i32 {
  let inside = clamp(x, -2147483648.0f, 2147483520.0f);
  return select(select(i32(inside), 2147483647i, x >= 2147483648.0f), 0i, is_nan(x));
}`,
    to_u32: /* wgsl */ `fn to_u32(x: f32) -> u32 {
  let inside = clamp(x, 0.0f, 4294967040.0f);
  return select(select(u32(inside), 4294967295u, x >= 4294967296.0f), 0u, is_nan(x));
}`,
  }),
);

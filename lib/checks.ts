/**
 * Checks of arguments. JavaScript does not check types, so the public functions refuse a wrong
 * dtype, value, array, option or device with a sentence.
 *
 * @module
 */
import type { DType } from "../kernels/formula.ts";

/** The least and the greatest integer that a dtype holds; float32 takes every number. */
const RANGES: Readonly<Record<DType, readonly [least: number, most: number] | undefined>> = {
  float32: undefined,
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  bool: [0, 1],
};

/** The kind of a value, with its article. */
export function kindOf(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  const kind: string = typeof x === "object" ? x.constructor?.name ?? "Object" : typeof x;
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** A value within a message: its text where that is short, otherwise its kind. */
export function describe(x: unknown): string {
  let text = kindOf(x);
  if (typeof x === "string") text = JSON.stringify(x);
  else if (typeof x === "number" || typeof x === "boolean") text = String(x);
  else if (Array.isArray(x) && x.length <= 8) text = `[${x.map(describe).join(", ")}]`;
  return text.length > 60 ? kindOf(x) : text;
}

/** A number of things as text: `1 row`, `2 rows`. */
export const counted = (n: number, one: string, many: string = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;

/** Whether x is an object that was written as `{ … }`. */
export function isPlain(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

/** Throws TypeError unless x is an array. */
export function checkArray(x: unknown, op: string, example = "[2, 3]"): void {
  if (Array.isArray(x)) return;
  if (typeof x === "number") example = `[${x}]`;
  throw new TypeError(`Cannot ${op} ${describe(x)}: it takes an array, such as ${example}`);
}

/** Throws TypeError unless x is the name of a dtype. */
export function checkDType(x: unknown): void {
  if (typeof x === "string" && Object.hasOwn(RANGES, x)) return;
  const names = Object.keys(RANGES).join(", ");
  throw new TypeError(`Cannot use ${describe(x)} as a dtype: dtypes are ${names}`);
}

/** Throws TypeError unless x is a number, and RangeError unless the dtype holds it. */
export function checkValue(x: unknown, dtype: DType): void {
  if (typeof x !== "number") {
    throw new TypeError(`Cannot use ${describe(x)} as ${dtype}: it is not a number`);
  }
  const range = RANGES[dtype];
  if (range === undefined || Number.isInteger(x) && x >= range[0] && x <= range[1]) return;
  const rule = `${dtype} holds the integers from ${range.join(" to ")}`;
  throw new RangeError(`Cannot use ${x} as ${dtype}: ${rule}`);
}

/** Throws TypeError unless the options are an object whose names are all allowed. */
export function checkOptions(op: string, options: unknown, ...allowed: readonly string[]): void {
  const odd = isPlain(options) ? Object.keys(options).find((name) => !allowed.includes(name)) : "";
  if (odd === undefined) return;
  const found = odd === "" ? `options ${describe(options)}` : `option ${odd}`;
  throw new TypeError(`Cannot ${op} with ${found}: options are { ${allowed.join(", ")} }`);
}

/**
 * Takes the rejection of a promise that is about to be refused: nobody could catch it. Reading a
 * tensor within a function being traced rejects.
 */
export function ignore(x: unknown): void {
  if (x instanceof Promise) x.catch(() => {});
}

/** Throws TypeError unless x is true or false. */
export function checkFlag(op: string, name: string, x: unknown): void {
  if (typeof x === "boolean") return;
  throw new TypeError(`Cannot ${op} with ${name} ${describe(x)}: it is true or false`);
}

/** Throws TypeError unless x is a function. */
export function checkFunction(op: string, x: unknown): void {
  if (typeof x === "function") return;
  throw new TypeError(`Cannot ${op} ${describe(x)}: it takes a function`);
}

/** Whether x is a device. */
export const isDevice = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "compile" in x;

/** Throws TypeError unless x is a device or undefined. A promise of a device is refused. */
export function checkDevice(x: unknown): void {
  if (x === undefined || isDevice(x)) return;
  throw new TypeError(
    `Cannot compute on ${describe(x)}: a device is what await openDevice("cpu") gives`,
  );
}

/** Throws RangeError unless x is an integer, from `least` on. */
export function checkCount(op: string, x: number, least = 0): void {
  if (Number.isInteger(x) && x >= least) return;
  const from = least === -Infinity ? "" : ` from ${least}`;
  throw new RangeError(`Cannot ${op} ${describe(x)}: it takes an integer${from}`);
}

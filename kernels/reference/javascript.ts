/**
 * Prints scalar formulas as JavaScript, in float64.
 *
 * @module
 */
import type { DType, Expr, Index, Intrinsic, ScalarOp } from "../formula.ts";
import { INTRINSICS } from "../intrinsics.ts";

/** Functions that printed code may call by these names. */
export const library: Readonly<Record<string, (x: number) => number>> = {
  ...Object.fromEntries(Object.entries(INTRINSICS).map(([name, { exact }]) => [name, exact])),
  round: (x: number): number => {
    const up = Math.round(x);
    return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
  },
  toInt32: (x: number): number => Math.min(Math.max(Math.trunc(x) || 0, -(2 ** 31)), 2 ** 31 - 1),
  toUint32: (x: number): number => Math.min(Math.max(Math.trunc(x) || 0, 0), 2 ** 32 - 1),
};

/**
 * JavaScript for a formula. Loop variables are `i0`, `i1`, …, buffers `b0`, `b1`, …, the result
 * `r`. Shared subexpressions become constants, which are pushed to `lines`.
 */
export function print(expr: Expr, lines: string[], names: Map<Expr, string>): string {
  const known = names.get(expr);
  if (known !== undefined) return known;
  const text = printOnce(expr, (e) => print(e, lines, names));
  if (expr.kind === "constant" || expr.kind === "result") return text;
  const name = `v${names.size}`;
  names.set(expr, name);
  lines.push(`const ${name} = ${text};`);
  return name;
}

function printOnce(expr: Expr, recurse: (expr: Expr) => string): string {
  switch (expr.kind) {
    case "constant":
      return Object.is(expr.value, -0) ? "-0" : `(${expr.value})`;
    case "position":
      return printIndex(expr.at, recurse);
    case "load":
      return `b${expr.buffer}[${printIndex(expr.at, recurse)}]`;
    case "result":
      return "r";
    case "call":
      return printCall(expr.op, expr.dtype, expr.args[0].dtype, expr.args.map(recurse));
  }
}

/** JavaScript for an index. */
function printIndex(index: Index, recurse: (expr: Expr) => string): string {
  const terms = index.terms.map(({ atom, scale }) => {
    const inner = atom.kind === "axis"
      ? `i${atom.axis}`
      : atom.kind === "value"
      ? recurse(atom.of)
      : atom.kind === "quotient"
      ? `Math.floor(${printIndex(atom.of, recurse)} / ${atom.by})`
      : `${printIndex(atom.of, recurse)} % ${atom.by}`;
    return `${scale} * (${inner})`;
  });
  return `(${[index.constant, ...terms].join(" + ")})`;
}

/** Wraps an integer result around to 32 bits. */
function wrap(dtype: DType, text: string): string {
  return dtype === "int32"
    ? `((${text}) | 0)`
    : dtype === "uint32"
    ? `((${text}) >>> 0)`
    : `(${text})`;
}

/** JavaScript for an operation on arguments of dtype `from`, given as text. */
export function printCall(
  op: ScalarOp,
  dtype: DType,
  from: DType,
  [a, b, c]: readonly string[],
): string {
  switch (op) {
    case "add":
      return wrap(dtype, `${a} + ${b}`);
    case "sub":
      return wrap(dtype, `${a} - ${b}`);
    case "mul":
      return dtype === "float32" ? `(${a} * ${b})` : wrap(dtype, `Math.imul(${a}, ${b})`);
    case "div":
      return `(${a} / ${b})`;
    case "min":
    case "max":
      return `Math.${op}(${a}, ${b})`;
    case "neg":
      return wrap(dtype, `-${a}`);
    case "abs":
      return wrap(dtype, `Math.abs(${a})`);
    case "less":
      return `+(${a} < ${b})`;
    case "lessEqual":
      return `+(${a} <= ${b})`;
    case "equal":
      return `+(${a} === ${b})`;
    case "and":
      return wrap(dtype, `${a} & ${b}`);
    case "or":
      return wrap(dtype, `${a} | ${b}`);
    case "xor":
      return wrap(dtype, `${a} ^ ${b}`);
    case "shiftLeft":
      return wrap(dtype, `${a} << ${b}`);
    case "shiftRight":
      return dtype === "uint32" ? `(${a} >>> ${b})` : `(${a} >> ${b})`;
    case "select":
      return `(${a} ? ${b} : ${c})`;
    case "convert":
      return printConvert(from, dtype, a);
    case "bitcast":
      throw new Error("The reference device has no float32 bits");
    case "floor":
    case "sqrt":
      return `Math.${op}(${a})`;
    default:
      return `${op satisfies Intrinsic | "round"}(${a})`;
  }
}

function printConvert(from: DType, to: DType, a: string): string {
  if (to === "bool") return `+(${a} !== 0)`;
  if (to === "float32") return a;
  if (from === "float32") return to === "int32" ? `toInt32(${a})` : `toUint32(${a})`;
  return wrap(to, a);
}

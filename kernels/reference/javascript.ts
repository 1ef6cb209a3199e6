/**
 * Prints scalar formulas as JavaScript, in float64.
 *
 * @module
 */
import type { Call, DType, Expr, Index } from "../formula.ts";
import { INTRINSICS, isIntrinsic } from "../intrinsics.ts";
import { remember } from "../remember.ts";
import { INFIX } from "../scalar.ts";

type Functions = Readonly<Record<string, (x: number) => number>>;

/** What JavaScript lacks, or does otherwise. */
const CONVERSIONS: Functions = {
  round: (x: number): number => {
    const up = Math.round(x);
    return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
  },
  int32: (x: number): number => Math.min(Math.max(Math.trunc(x) || 0, -(2 ** 31)), 2 ** 31 - 1),
  uint32: (x: number): number => Math.min(Math.max(Math.trunc(x) || 0, 0), 2 ** 32 - 1),
};

/** The functions that printed code may call by these names. */
export const library = (): Functions => ({
  ...Object.fromEntries(Object.entries(INTRINSICS).map(([name, { exact }]) => [name, exact])),
  ...CONVERSIONS,
});

/**
 * JavaScript for a formula. Loop variables are `i0`, `i1`, …, buffers `b0`, `b1`, …, the result
 * `r`. Shared subexpressions become constants, which are pushed to `lines`.
 */
export function print(expr: Expr, lines: string[], names: Map<Expr, string>): string {
  return remember(names, expr, () => {
    const text = printOnce(expr, (e) => print(e, lines, names));
    if (expr.kind === "constant" || expr.kind === "result") return text;
    const name = `v${lines.length}`;
    lines.push(`const ${name} = ${text};`);
    return name;
  });
}

function printOnce(expr: Expr, recurse: (expr: Expr) => string): string {
  switch (expr.kind) {
    case "constant":
      return `(${Object.is(expr.value, -0) ? "-0" : expr.value})`;
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

/** JavaScript for an index; `recurse` prints the expressions in it. */
export function printIndex(index: Index, recurse: (expr: Expr) => string): string {
  const terms = index.terms.map(({ atom, scale }) => {
    if (atom.kind === "axis") return `${scale} * i${atom.axis}`;
    if (atom.kind === "value") return `${scale} * ${recurse(atom.of)}`;
    const of = printIndex(atom.of, recurse);
    return atom.kind === "quotient"
      ? `${scale} * Math.floor(${of} / ${atom.by})`
      : `${scale} * (${of} % ${atom.by})`;
  });
  return `(${[index.constant, ...terms].join(" + ")})`;
}

/** JavaScript for an operation on arguments of dtype `from`, given as text. */
export function printCall(
  op: Call["op"],
  dtype: DType,
  from: DType,
  args: readonly string[],
): string {
  const text = unwrapped(op, dtype, from, args);
  // Integers wrap around to 32 bits, and comparisons become 0 or 1.
  return {
    float32: `(${text})`,
    int32: `((${text}) | 0)`,
    uint32: `((${text}) >>> 0)`,
    bool: `+(${text})`,
  }[dtype];
}

function unwrapped(op: Call["op"], dtype: DType, from: DType, args: readonly string[]): string {
  const [a, b, c] = args;
  switch (op) {
    case "neg":
      return `-${a}`;
    case "select":
      return `${a} ? ${b} : ${c}`;
    case "convert":
      if (dtype === "bool") return `${a} !== 0`;
      return from === "float32" && dtype !== "float32" ? `${dtype}(${a})` : a;
    case "bitcast":
      throw new Error("The reference device has no float32 bits");
    case "mul":
      if (dtype !== "float32") return `Math.imul(${a}, ${b})`;
      break;
    case "shiftRight":
      if (dtype === "uint32") return `${a} >>> ${b}`;
  }
  if (INFIX[op] !== undefined) return `${a} ${INFIX[op]} ${b}`;
  return `${op in CONVERSIONS || isIntrinsic(op) ? op : `Math.${op}`}(${args.join(", ")})`;
}

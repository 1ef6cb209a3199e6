/**
 * A kernel as mathematics: `out[i, j] = softplus(Σₖ x[i, k]·w[k, j] + b[j])`.
 *
 * i, j, … run over the axes of the output, and the letters after them over what is summed up. What
 * a formula needs more than once is written once, below it, after the word "with".
 *
 * @module
 */
import type { Expr, Index, Term } from "../../kernels/formula.ts";
import type { Combine } from "../../kernels/graph.ts";
import { bodiesOf, type Kernel, valuesOf } from "../../kernels/kernel.ts";
import type { Shape } from "../shape.ts";
import { perAxis } from "./per_axis.ts";
import { sharedIn } from "./shared.ts";

/** A buffer that a kernel loads from. */
export interface Source {
  readonly name: string;
  /** Unless given, the buffer is read by the position in memory: `x[6·i + j]` for `x[i, j]`. */
  readonly shape?: Shape;
}

const AXES = "ijklmnprstuv", SUBSCRIPTS = "ᵢⱼₖₗₘₙₚᵣₛₜᵤᵥ";
const axisName = (axis: number): string => AXES[axis] ?? `i${axis}`;
const subscript = (axis: number): string => SUBSCRIPTS[axis] ?? `_i${axis} `;
/** The signs of the ways to combine that have one; the others are written by their names. */
const SIGNS: { readonly [combine in Combine]?: string } = { add: "Σ", mul: "Π" };

/** How tightly operators bind. */
const LOGIC = 1, COMPARISON = 2, SHIFT = 3, SUM = 4, PRODUCT = 5, FACTOR = 6;

/**
 * The operators: what stands between two arguments, how tightly that binds, and how tightly each
 * argument must, to need no brackets.
 */
const INFIX: Readonly<Record<string, readonly [string, number, left: number, right: number]>> = {
  or: [" or ", LOGIC, COMPARISON, COMPARISON],
  xor: [" xor ", LOGIC, COMPARISON, COMPARISON],
  and: [" and ", LOGIC, COMPARISON, COMPARISON],
  less: [" < ", COMPARISON, SHIFT, SHIFT],
  lessEqual: [" ≤ ", COMPARISON, SHIFT, SHIFT],
  equal: [" = ", COMPARISON, SHIFT, SHIFT],
  shiftLeft: [" << ", SHIFT, PRODUCT, PRODUCT],
  shiftRight: [" >> ", SHIFT, PRODUCT, PRODUCT],
  add: [" + ", SUM, SUM, SUM],
  sub: [" − ", SUM, SUM, PRODUCT],
  mul: ["·", PRODUCT, PRODUCT, PRODUCT],
  div: [" / ", PRODUCT, PRODUCT, FACTOR],
};

/**
 * A kernel as equations, one for each output, and the names that they use.
 *
 * @param sources the buffers that it loads from
 * @param outputs the names of its outputs
 */
export function equationsOf(
  kernel: Kernel,
  sources: readonly Source[],
  outputs: readonly string[],
): { readonly equations: string[]; readonly names: string[] } {
  const printer = new Printer(kernel, sources);
  const axes = kernel.space.map((_, axis) => axisName(axis)).join(", ");
  const equations = valuesOf(kernel).map((value, i) => {
    const out = kernel.space.length === 0 ? outputs[i] : `${outputs[i]}[${axes}]`;
    const line = `${out} = ${printer.expr(value)}`;
    printer.named.set(value, out);
    return line;
  });
  return { equations, names: printer.names };
}

/** A kernel as lines of mathematics. */
export function formulaText(
  kernel: Kernel,
  sources: readonly Source[],
  outputs: readonly string[] = kernel.stores.map((_, i, all) => `out${all.length === 1 ? "" : i}`),
): string {
  const { equations, names } = equationsOf(kernel, sources, outputs);
  return [...equations, ...names.map((line) => `  with ${line}`)].join("\n");
}

/** What the letters of a kernel run over: `i < 2, j < 3`. */
export function rangesOf(kernel: Kernel): string {
  const sizes = [...kernel.space, ..."over" in kernel ? kernel.over : []];
  return sizes.map((size, axis) => `${axisName(axis)} < ${size}`).join(", ");
}

/** An index as a sum of strides, such as `8 + i + 6·j`. */
export const indexText = (index: Index): string => new Printer(undefined, []).index(index);

/** Prints formulas and indices as mathematics. */
class Printer {
  /** What has a name, and need not be written again. */
  readonly named: Map<Expr, string> = new Map();
  /** The equations of the names, in the order in which they are needed. */
  readonly names: string[] = [];
  readonly #shared: Set<Expr> = new Set();
  #count = 0;
  /** The letters of axes that have another one than usual. */
  readonly #letters = new Map<number, string>();

  constructor(readonly kernel: Kernel | undefined, readonly sources: readonly Source[]) {
    if (kernel === undefined) return;
    const stored = valuesOf(kernel);
    this.#shared = sharedIn([...bodiesOf(kernel), ...stored]);
    for (const value of stored) this.#shared.delete(value); // these are named after the outputs
  }

  /** A formula. @param outer how tightly the operator around it binds */
  expr(expr: Expr, outer = 0): string {
    const known = this.named.get(expr);
    if (known !== undefined) return known;
    if (!this.#shared.has(expr)) return this.#written(expr, outer);
    const text = this.#written(expr, 0);
    const name = expr.kind === "result" ? "r" : `t${++this.#count}`;
    this.named.set(expr, name);
    this.names.push(`${name} = ${text}`);
    return name;
  }

  #written(expr: Expr, outer: number): string {
    const bracketed = (text: string, binding: number) => binding < outer ? `(${text})` : text;
    switch (expr.kind) {
      case "constant": {
        const text = numberText(expr.value, expr.dtype);
        return bracketed(text, text[0] === "−" ? SUM : Infinity);
      }
      case "position":
        return bracketed(this.index(expr.at), expr.at.terms.length > 1 ? SUM : PRODUCT);
      case "load":
        return this.#load(this.sources[expr.buffer], expr.at);
      case "result":
        return bracketed(this.#result(), /^sc/.test(this.kernel!.kind) ? SHIFT : SUM);
      case "call":
    }
    const { op, args, dtype } = expr;
    const [a, b, c] = args;
    switch (op) {
      case "neg":
        return bracketed(`−${this.expr(a, PRODUCT)}`, SUM);
      case "abs":
        return `|${this.expr(a)}|`;
      case "floor":
        return `⌊${this.expr(a)}⌋`;
      case "sqrt":
        return `√(${this.expr(a)})`;
      case "log1p":
        return `log(${plus("1", this.expr(a, SUM))})`;
      case "expm1":
        return bracketed(`exp(${this.expr(a)}) − 1`, SUM);
      case "select":
        return bracketed(
          `${this.expr(a, LOGIC)} ? ${this.expr(b, LOGIC)} : ${this.expr(c, LOGIC)}`,
          0.5,
        );
      case "convert":
        return `${dtype}(${this.expr(a)})`;
      case "bitcast":
        return `${dtype}_bits(${this.expr(a)})`;
    }
    if (op === "mul" && a === b) return `${this.expr(a, FACTOR)}²`;
    const infix = INFIX[op];
    if (infix === undefined) return `${op}(${args.map((arg) => this.expr(arg)).join(", ")})`;
    const [symbol, binding, forLeft, forRight] = infix;
    const left = this.expr(a, forLeft), right = this.expr(b, forRight);
    const text = op === "add" ? plus(left, right) : left + symbol + right;
    return bracketed(text, binding);
  }

  /** What the kernel sums up. */
  #result(): string {
    const kernel = this.kernel!;
    const first = kernel.space.length;
    const over = "over" in kernel ? kernel.over.map((_, i) => subscript(first + i)).join("") : "";
    switch (kernel.kind) {
      case "map":
        throw new Error("A map has no result");
      case "matmul":
        return `Σ${over} ${this.expr(kernel.a, PRODUCT)}·${this.expr(kernel.b, PRODUCT)}`;
      case "reduce":
        return `${SIGNS[kernel.combine] ?? kernel.combine}${over} ${
          this.expr(kernel.body, PRODUCT)
        }`;
      case "scan": {
        // The sum has a letter of its own, as the axis that it runs along is one of the output.
        const { axis, exclusive } = kernel, letter = axisName(first);
        this.#letters.set(axis, letter);
        const body = this.expr(kernel.body, PRODUCT);
        this.#letters.delete(axis);
        return `Σ over ${letter} ${exclusive ? "<" : "≤"} ${axisName(axis)} of ${body}`;
      }
      case "scatter": {
        const row = `${this.expr(kernel.row, SHIFT)} = ${axisName(0)}`;
        return `Σ over ${axisName(first)} with ${row} of ${this.expr(kernel.body, PRODUCT)}`;
      }
    }
  }

  #load({ name, shape }: Source, at: Index): string {
    if (shape === undefined) return `${name}[${this.index(at)}]`;
    if (shape.length === 0) return name;
    const parts = perAxis(at, shape);
    if (parts === undefined) return `flat(${name})[${this.index(at)}]`;
    return `${name}[${parts.map((part) => this.index(part)).join(", ")}]`;
  }

  /** An index: its constant, its loop variables in order, and what else it has. */
  index({ constant, terms }: Pick<Index, "constant" | "terms">): string {
    const numberOf = ({ atom }: Term) => atom.kind === "axis" ? atom.axis : Infinity;
    const parts = [...terms].sort((a, b) => numberOf(a) > numberOf(b) ? 1 : -1)
      .map(({ atom, scale }) => {
        const size = Math.abs(scale), sign = scale < 0 ? "−" : "";
        return `${sign}${size === 1 ? "" : `${size}·`}${this.#atom(atom, terms.length > 1)}`;
      });
    if (constant !== 0 || parts.length === 0) parts.unshift(`${constant}`.replace("-", "−"));
    return parts.join(" + ").replaceAll("+ −", "− ");
  }

  #atom(atom: Term["atom"], isInSum: boolean): string {
    switch (atom.kind) {
      case "axis":
        return this.#letters.get(atom.axis) ?? axisName(atom.axis);
      case "quotient":
        return `⌊${grouped(this.index(atom.of))}/${atom.by}⌋`;
      case "remainder": {
        const text = `${grouped(this.index(atom.of))} mod ${atom.by}`;
        return isInSum ? `(${text})` : text;
      }
      case "value":
        return this.expr(atom.of, isInSum ? FACTOR : 0);
    }
  }
}

/** A sum of texts; what is added with a minus is subtracted. */
const plus = (left: string, right: string): string =>
  right[0] === "−" ? `${left} − ${right.slice(1)}` : `${left} + ${right}`;

const grouped = (text: string): string => /[ ·]/.test(text) ? `(${text})` : text;

/** A number: float32 with six digits, bool as true or false. */
function numberText(value: number, dtype: string): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  const number = dtype === "float32" ? Number(value.toPrecision(6)) : value;
  return `${number}`.replace("Infinity", "∞").replaceAll("-", "−");
}

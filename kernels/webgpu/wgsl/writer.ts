/**
 * Writes formulas as WGSL, each subexpression once, in the outermost block where its parts are
 * known.
 *
 * A shader has nested blocks: what a thread does once, the body of its loop, what follows. Every
 * printed value has a *home*, the innermost block of its parts, and is bound to a name there. So a
 * value that does not depend on the loop is computed before it, and equal texts with equal homes
 * are one value.
 *
 * @module
 */
import type { Expr, Index, Intrinsic, Load } from "../../formula.ts";
import { sizeOf } from "../../graph.ts";
import { INTRINSICS } from "../../intrinsics.ts";
import { remember } from "../../remember.ts";
import { constant, mul, result } from "../../scalar.ts";
import { bitsText, callText, HELPERS, literal, unsigned } from "./wgsl.ts";

/**
 * The lines of a shader between braces. Attach a block to its parent only when it is complete,
 * because a later line may still belong before the loop.
 */
export class Block {
  readonly depth: number;
  readonly #names = new Map<string, string>();
  readonly #lines: string[] = [];
  readonly #numbering: { next: number };

  constructor(parent?: Block) {
    this.depth = (parent?.depth ?? -1) + 1;
    this.#numbering = parent === undefined ? { next: 0 } : parent.#numbering;
  }

  /** The name of an expression in this block. The first call binds it. */
  name(expression: string): string {
    return remember(this.#names, expression, () => {
      const name = `v${this.#numbering.next++}`;
      this.push(`let ${name} = ${expression};`);
      return name;
    });
  }

  /** Adds some lines. */
  push(...lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  /** Adds a finished inner block under a heading such as `for (…)`. */
  attach(heading: string, inner: Block): void {
    this.push(`${heading} {`, inner.toString(), "}");
  }

  toString(): string {
    return this.#lines.map((line) => line.replaceAll(/^/gm, "  ")).join("\n");
  }
}

/**
 * A name or a short expression, and the block where it is known. A literal has no home: it is known
 * everywhere.
 */
export interface Placed {
  readonly text: string;
  readonly home?: Block;
}

/** Axes whose positions are counted by one variable, row-major over their sizes. */
export interface AxisGroup {
  readonly axes: readonly number[];
  readonly sizes: readonly number[];
  readonly counter: Placed;
}

/** Prints formulas into blocks. */
export class Writer {
  /** The helper functions that the printed lines call. */
  readonly helpers: Set<string> = new Set();
  /** The value of `result`. */
  result: Placed | undefined;
  readonly #known = new Map<Expr, Placed>();

  constructor(readonly root: Block, readonly groups: readonly AxisGroup[] = []) {}

  /** A load at a printed index. */
  loadText(_load: Load, _at: string): string {
    throw new TypeError("There are no buffers here");
  }

  /** Notes that a helper is called, and gives its name back. */
  readonly use = (helper: string): string => {
    this.helpers.add(helper);
    return helper;
  };

  /** Binds an expression to a name in the innermost home of its parts. */
  bind(text: string, parts: readonly Placed[]): Placed {
    const home = innermost(parts) ?? this.root;
    return { text: home.name(text), home };
  }

  /** The value of a formula, as a name or a literal. */
  value(expr: Expr): Placed {
    return remember(this.#known, expr, () => this.#print(expr));
  }

  #print(expr: Expr): Placed {
    switch (expr.kind) {
      case "constant": {
        const text = literal(expr.value, expr.dtype);
        if (text !== undefined) return { text };
        // NaN and Infinity are rejected as constant expressions, but not as the bits of a variable.
        const bits = this.bind(bitsText(expr.value), []);
        return this.bind(`bitcast<f32>(${bits.text})`, [bits]);
      }
      case "result":
        if (this.result === undefined) {
          throw new TypeError("A formula reads the result before it is known");
        }
        return this.result;
      case "position": {
        const at = this.index(expr.at);
        return this.bind(`i32(${at.text})`, [at]);
      }
      case "load": {
        // An index before the buffer stands in a loop without turns, as over an empty axis. WGSL
        // rejects it even there.
        const isBefore = expr.at.terms.length === 0 && expr.at.constant < 0;
        const at = isBefore ? { text: "0u" } : this.index(expr.at);
        return this.bind(this.loadText(expr, at.text), [at]);
      }
      case "call": {
        const [dividend, divisor] = expr.args;
        if (expr.op === "div" && divisor.kind === "constant" && divisor.value === 0) {
          // Mesa's compiler loses the whole store where a divisor is zero for certain; a factor of
          // ∞ gives the same.
          return this.value(mul(dividend, constant(1 / divisor.value)));
        }
        let parts = expr.args.map((arg) => this.value(arg));
        // WGSL evaluates calls of literals while it compiles, and rejects overflows: hide the
        // literals behind names.
        if (parts.every((part) => part.home === undefined)) {
          parts = parts.map((part) => this.bind(part.text, []));
        }
        const args = parts.map(({ text }) => text);
        return this.bind(callText(expr.op, expr.dtype, dividend.dtype, args, this.use), parts);
      }
    }
  }

  /**
   * The value of an index as u32. Partial sums may wrap around; the whole is right because it is
   * not negative.
   */
  index(index: Index): Placed {
    const parts: Placed[] = [];
    const texts: string[] = [];
    const include = (part: Placed, scale: number) => {
      parts.push(part);
      texts.push(scale === 1 ? part.text : `${part.text} * ${unsigned(scale)}`);
    };
    let terms = index.terms;
    for (const { axes, sizes, counter } of this.groups) {
      // Where the axes of a group are contiguous in the buffer, its counter is their position.
      const scaleOf = (axis?: number) =>
        terms.find(({ atom }) => atom.kind === "axis" && atom.axis === axis)?.scale;
      const below = (i: number) => sizeOf(sizes.slice(i + 1));
      const stride = scaleOf(axes.findLast((_, i) => sizes[i] > 1));
      const isCounted = (axis: number, i: number) =>
        sizes[i] === 1 || scaleOf(axis) === stride! * below(i);
      if (stride === undefined || !axes.every(isCounted)) continue;
      include(counter, stride);
      terms = terms.filter(({ atom }) => atom.kind !== "axis" || !axes.includes(atom.axis));
    }
    for (const { atom, scale } of terms) {
      if (atom.kind === "axis") include(this.#axis(atom.axis), scale);
      else if (atom.kind === "value") {
        const value = this.value(atom.of);
        include(this.bind(`u32(${value.text})`, [value]), scale);
      } else {
        const of = this.index(atom.of);
        const by = unsigned(atom.by);
        const text = `(${of.text}) ${atom.kind === "quotient" ? "/" : "%"} ${by}`;
        include(this.bind(text, [of]), scale);
      }
    }
    if (index.constant !== 0 || texts.length === 0) texts.push(unsigned(index.constant));
    return { text: texts.join(" + "), home: innermost(parts) };
  }

  #axis(axis: number): Placed {
    const group = this.groups.find(({ axes }) => axes.includes(axis));
    if (group === undefined) throw new TypeError(`Axis ${axis} has no position here`);
    const { axes, sizes, counter } = group;
    const at = axes.indexOf(axis);
    const below = sizeOf(sizes.slice(at + 1));
    let part = counter;
    if (below > 1) part = this.bind(`${part.text} / ${unsigned(below)}`, [part]);
    if (sizes.slice(0, at).some((size) => size > 1)) {
      part = this.bind(`${part.text} % ${unsigned(sizes[at])}`, [part]);
    }
    return part;
  }
}

const innermost = (parts: readonly Placed[]): Block | undefined =>
  parts.flatMap(({ home }) => home ?? []).sort((a, b) => b.depth - a.depth).at(0);

/** The text of all helper functions that the named ones call, themselves included. */
export function helperText(names: Iterable<string>): string {
  const texts = new Map<string, string>();
  const visit = (name: string) => {
    if (texts.has(name)) return;
    const text = HELPERS.get(name) ?? remember(intrinsics, name, () => intrinsicHelper(name));
    texts.set(name, text);
    for (const helper of HELPERS.keys()) if (text.includes(`${helper}(`)) visit(helper);
  };
  for (const name of names) visit(name);
  return [...texts.values()].join("\n");
}

const intrinsics = new Map<string, string>();

/** An intrinsic as a function of x, which its formula calls `result`. */
function intrinsicHelper(name: string): string {
  const { written, rare } = INTRINSICS[name.slice(0, name.indexOf("_")) as Intrinsic];
  const x = result("float32");
  const body = new Block();
  const printInto = (block: Block, formula: Expr): string => {
    const writer = new Writer(block);
    writer.result = { text: "x", home: block };
    return writer.value(formula).text;
  };
  if (rare !== undefined) {
    const { when, value } = rare(x);
    const isRare = printInto(body, when);
    const branch = new Block(body);
    branch.push(`return ${printInto(branch, value)};`);
    body.attach(`if (${isRare})`, branch);
  }
  body.push(`return ${printInto(body, written(x))};`);
  return `fn ${name}(x: f32) -> f32 {\n${body}\n}`;
}

/**
 * A program as text: the graph that it comes from, its kernels as mathematics, and what devices
 * make of them.
 *
 * @module
 */
import { compileProgram } from "../../kernels/cpu/program.ts";
import type { Program } from "../../kernels/device.ts";
import { type Node, topologicalOrder } from "../../kernels/graph.ts";
import type { Kernel, Store } from "../../kernels/kernel.ts";
import { launchesOf } from "../../kernels/webgpu/emit/launches.ts";
import { chooseInSoftware } from "../../kernels/webgpu/emit/variants.ts";
import { disassemble } from "./wasm_text.ts";

type Expr = Store["value"];
type Index = Extract<Expr, { kind: "load" }>["at"];
type Term = Index["terms"][number];

/** The nodes under a root, a line each: number, label, shape, inputs, and how it is computed. */
export function graphText(root: Node, leaves: readonly string[]): string {
  const order = topologicalOrder([root]);
  const names = leaves.values();
  const rows = order.map(({ label, shape, inputs, lowering }, i) => [
    `${i + 1}`,
    lowering.kind === "leaf" ? names.next().value! : label,
    `[${shape.join(", ")}]`,
    inputs.length === 0 ? "" : `of ${inputs.map((input) => order.indexOf(input) + 1).join(", ")}`,
    lowering.kind === "map" && lowering.isView ? "map, a view" : lowering.kind,
  ]);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd())
    .join("\n");
}

const AXES = "ijklmn";
const SUBSCRIPTS = "ᵢⱼₖₗₘₙ";
const INFIX: Readonly<Record<string, [symbol: string, binding: number]>> = {
  add: [" + ", 1],
  sub: [" − ", 1],
  mul: ["·", 2],
  div: [" / ", 2],
};

/**
 * A kernel as mathematics: `out[i, j] = …`, a line for each store. What an earlier store has
 * computed goes by its name.
 *
 * @param names of the buffers that it loads from
 */
export function formulaText(kernel: Kernel, names: readonly string[]): string {
  const axes = kernel.space.map((_, axis) => AXES[axis]).join(", ");
  const printer = new Printer(names, resultText(kernel, names));
  return kernel.stores.map(({ value }, i) => {
    const out = `out${kernel.stores.length === 1 ? "" : i}[${axes}]`;
    const line = `${out} = ${printer.expr(value)}`;
    printer.known.set(value, out);
    return line;
  }).join("\n");
}

/** What a kernel sums up, as far as the READMEs show such kernels. */
function resultText(kernel: Kernel, names: readonly string[]): string {
  const printer = new Printer(names);
  const over = "over" in kernel ? kernel.over : [];
  const axes = over.map((_, i) => SUBSCRIPTS[kernel.space.length + i]).join("");
  switch (kernel.kind) {
    case "map":
      return "";
    case "matmul":
      return `Σ${axes} ${printer.expr(kernel.a)}·${printer.expr(kernel.b)}`;
    case "reduce":
      return `${kernel.combine === "add" ? "Σ" : "max"}${axes} ${printer.expr(kernel.body, 2)}`;
    default:
      throw new Error(`No README shows a ${kernel.kind} as mathematics`);
  }
}

/** An index as a sum of strides, such as `8 + i + 6·j`. */
export const indexText = (index: Index): string => new Printer([]).index(index);

/** Prints formulas and indices as mathematics. */
class Printer {
  /** The names of formulas that have one. */
  readonly known: Map<Expr, string> = new Map();

  constructor(readonly names: readonly string[], readonly result: string = "") {}

  /** A formula. @param outer how tightly what stands around it binds */
  expr(expr: Expr, outer = 0): string {
    const name = this.known.get(expr);
    if (name !== undefined) return name;
    switch (expr.kind) {
      case "constant":
        return `${Number(expr.value.toPrecision(6))}`.replaceAll("-", "−");
      case "position":
        return this.index(expr.at);
      case "load":
        return `${this.names[expr.buffer]}[${this.index(expr.at)}]`;
      case "result":
        return outer > 1 ? `(${this.result})` : this.result;
      case "call": {
        const infix = INFIX[expr.op];
        if (infix === undefined) {
          return `${expr.op}(${expr.args.map((arg) => this.expr(arg)).join(", ")})`;
        }
        const [symbol, binding] = infix;
        const [a, b] = expr.args;
        const isOrdered = expr.op === "sub" || expr.op === "div";
        const text = this.expr(a, binding) + symbol + this.expr(b, binding + Number(isOrdered));
        return binding < outer ? `(${text})` : text;
      }
    }
  }

  /** An index: its constant, its loop variables in order, and what else it has. */
  index({ constant, terms }: Index): string {
    const numberOf = ({ atom }: Term) => atom.kind === "axis" ? atom.axis : AXES.length;
    const parts = [...terms].sort((a, b) => numberOf(a) - numberOf(b))
      .map(({ atom, scale }) => `${scale === 1 ? "" : `${scale}·`}${this.atom(atom)}`);
    if (constant !== 0 || parts.length === 0) parts.unshift(`${constant}`);
    return parts.join(" + ").replaceAll("+ -", "− ");
  }

  atom(atom: Term["atom"]): string {
    switch (atom.kind) {
      case "axis":
        return AXES[atom.axis];
      case "quotient":
        return `⌊(${this.index(atom.of)})/${atom.by}⌋`;
      case "remainder":
        return `((${this.index(atom.of)}) mod ${atom.by})`;
      case "value":
        return this.expr(atom.of);
    }
  }
}

/** The shader of a program's first kernel, without the functions that write out intrinsics. */
export function wgslText({ steps: [step] }: Program): string {
  const [launch] = launchesOf(step, chooseInSoftware, () => {
    throw new Error("The READMEs show shaders of one launch");
  });
  const { code } = launch.emit(step.reads.map((_, i) => step.writes.length + i));
  const left: string[] = [];
  let lines = 0;
  const shown = code.replaceAll(/^fn (\w+)[^]*?\n}\n/gm, (text, name) => {
    if (name === "finish") return text;
    left.push(name);
    lines += text.split("\n").length - 1;
    return "";
  });
  const note = `// Left out here: ${left.join(", ")}; ${lines} lines\n`;
  return left.length === 0 ? shown : shown.replace(/^fn finish/m, `${note}fn finish`);
}

/**
 * The innermost loop of a program's product, as WebAssembly text. Its locals are named a, b, c, …
 * in the order in which they occur.
 */
export function wasmText(program: Program): string[] {
  const isSum = (line: string) => /f32x4\.(relaxed_madd|mul)/.test(line);
  const { lines } = disassemble(compileProgram(program, false).bytes)
    .find(({ name, lines }) => !name.endsWith("(pack)") && lines.some(isSum))!;
  const first = lines.findIndex(isSum);
  const begin = lines.findLastIndex((line, i) => i < first && line.trim() === "loop");
  const indent = lines[begin].length - "loop".length;
  const length = lines.slice(begin).findIndex((line) => line === `${" ".repeat(indent)}end`) + 1;
  const names = new Map<string, string>();
  const nameOf = (local: string) => {
    if (!names.has(local)) names.set(local, String.fromCharCode("a".charCodeAt(0) + names.size));
    return names.get(local)!;
  };
  return lines.slice(begin, begin + length).map((line) =>
    line.slice(indent).replaceAll(
      /local\.(get|set|tee) (\d+)/g,
      (_, what, local) => `local.${what} $${nameOf(local)}`,
    )
  );
}

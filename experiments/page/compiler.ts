/**
 * What the compiler makes of an expression: its graph, its formula, the code of a GPU and of the
 * CPU, and the result.
 *
 * @module
 */

import { explain, key, neg, normal, run, softplus, type View } from "../../mod.ts";
import { ExpressionError, parseExpression, type Tensors } from "./expression.ts";
import { asTensor } from "./operations.ts";

/** The views that the page shows. */
export const VIEWS: readonly Shown[] = ["graph", "formula", "wgsl", "wasm"];
/** The name of such a view. */
export type Shown = Extract<View, "graph" | "formula" | "wgsl" | "wasm">;

/** What the page shows of an expression: a sentence that says what is wrong, or all the rest. */
export type CompilerView =
  & { text: string }
  & (
    | { problem: string }
    | { shape: readonly number[]; values: number[]; views: Record<Shown, string> }
  );

/** The number of elements of the result that are shown. */
const MOST = 12;

/** The tensors at hand: standard normal numbers, and L = −softplus of such, a logarithm of scales. */
export function tensorsAtHand(): Tensors {
  const of = (n: number, ...shape: number[]) => normal(key(n), shape);
  const tensors = { x: of(1, 8), y: of(2, 8), A: of(3, 16, 8), B: of(4, 8, 4), b: of(5, 4) };
  return run({ ...tensors, F: of(6, 16, 2), L: neg(softplus(of(7, 16, 2))) });
}

/** Compiles and runs an expression. */
export async function viewExpression(text: string): Promise<CompilerView> {
  try {
    const all = tensorsAtHand(), names = Object.keys(all);
    const expression = parseExpression(text, names);
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    const tensors: Tensors = Object.fromEntries(used.map((name) => [name, all[name]]));
    // In braces, so that a kernel names x and not tensors.x.
    const f = ({ ...tensors }: Tensors) => asTensor(expression(tensors));
    using result = run(f(tensors));
    const values = [...await result.read("float32")].slice(0, MOST);
    const views = Object.fromEntries(VIEWS.map((as) => [as, explain(f, { as })(tensors)]));
    return {
      text,
      shape: result.shape,
      values,
      views: views as Record<Shown, string>,
    };
  } catch (error) {
    // The library's own sentences say what is wrong with shapes and values.
    const isMistake = error instanceof ExpressionError || error instanceof RangeError ||
      error instanceof TypeError || (error as Error).name === "ShapeError";
    if (isMistake) return { text, problem: (error as Error).message };
    throw error;
  }
}

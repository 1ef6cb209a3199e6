/**
 * What a kernel is: an index space, loads, a scalar expression, perhaps a reduction, and a store.
 *
 * For every index of its space a kernel stores one element of its output, which is contiguous and row-major. Axes are
 * numbered: first those of the space, then those of `over`. This is all that a device has to understand.
 *
 * @module
 */
import type { Combine } from "./graph.ts";
import type { DType, Expr, Load } from "./scalar.ts";
import type { Atom, Index } from "./indexing.ts";

interface Common {
  /** Names the kernel in errors and listings, after the ops that it computes. */
  readonly name: string;
  /** The shape of the output. */
  readonly space: readonly number[];
  /** The type of the output. */
  readonly dtype: DType;
  /** The types of the buffers that are loaded from; `load.buffer` counts along this list. */
  readonly loads: readonly DType[];
  /** The element to store, in terms of loads and, except for a map, of the `result`. */
  readonly value: Expr;
}

/** out[i] = value(i). */
export interface MapKernel extends Common {
  readonly kind: "map";
}

/** out[i] = value(i, result = combine over k of body(i, k)). */
export interface ReduceKernel extends Common {
  readonly kind: "reduce";
  readonly combine: Combine;
  readonly over: readonly number[];
  readonly body: Expr;
}

/** out[…, m, n] = value(result = Σₖ a(…, m, k) · b(…, k, n)) where a and b are strided loads and k is the axis after n. */
export interface MatmulKernel extends Common {
  readonly kind: "matmul";
  readonly over: readonly [number];
  readonly a: Load;
  readonly b: Load;
}

/** out[i] = value(i, result = Σ body(i with position j along axis)) for j up to i's position (before it if exclusive). */
export interface ScanKernel extends Common {
  readonly kind: "scan";
  readonly axis: number;
  readonly exclusive: boolean;
  readonly body: Expr;
}

/**
 * out[r, …c] = value(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. The axis of u comes last;
 * `row` is an int32 formula of u alone and always within the rows.
 */
export interface ScatterKernel extends Common {
  readonly kind: "scatter";
  readonly over: readonly [number];
  readonly row: Expr;
  readonly body: Expr;
}

/** One launch on a device. */
export type Kernel = MapKernel | ReduceKernel | MatmulKernel | ScanKernel | ScatterKernel;

/** The formulas of a kernel, outermost last. */
export function formulasOf(kernel: Kernel): Expr[] {
  switch (kernel.kind) {
    case "map":
      return [kernel.value];
    case "matmul":
      return [kernel.a, kernel.b, kernel.value];
    case "scatter":
      return [kernel.row, kernel.body, kernel.value];
    default:
      return [kernel.body, kernel.value];
  }
}

/** Calls `visit` on every expression below the given ones, and within their indices, arguments first, each once. */
export function visitExprs(roots: readonly Expr[], visit: (expr: Expr) => void): void {
  const seen = new Set<Expr | Atom>();
  const ofIndex = (index: Index) => {
    for (const { atom } of index.terms) {
      if (atom.kind === "axis" || seen.has(atom)) continue;
      seen.add(atom);
      if (atom.kind === "value") ofExpr(atom.of);
      else ofIndex(atom.of);
    }
  };
  const ofExpr = (expr: Expr) => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "call") expr.args.forEach(ofExpr);
    else if (expr.kind === "load" || expr.kind === "position") ofIndex(expr.at);
    visit(expr);
  };
  roots.forEach(ofExpr);
}

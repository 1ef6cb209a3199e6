/**
 * What a kernel is: an index space, loads, scalar expressions, perhaps a reduction, and stores.
 *
 * For every index of its space a kernel stores one element of each of its outputs, which are
 * contiguous and row-major. It computes all of an index's elements before it stores the first. Axes
 * are numbered: first those of the space, then those of `over`. This is all that a device has to
 * understand.
 *
 * @module
 */
import type { Combine } from "./graph.ts";
import { axesOf, flatten, sameIndex } from "./indexing.ts";
import type { DType, Expr, Index, Load } from "./formula.ts";

/**
 * The element that a kernel stores in one of its outputs, in terms of loads and, except in a map,
 * of the `result`.
 */
export interface Store {
  /** The type of the output buffer. */
  readonly dtype: DType;
  /** The formula of the element. */
  readonly value: Expr;
}

/** What every kernel has. */
export interface Common {
  /** Names the kernel in errors and listings, after the ops that it computes. */
  readonly name: string;
  /** The shape of the outputs. */
  readonly space: readonly number[];
  /** The types of the buffers that are loaded from; `load.buffer` counts along this list. */
  readonly loads: readonly DType[];
  /** What it stores, one for each output. */
  readonly stores: readonly Store[];
}

/** out[i] = store(i). */
export interface MapKernel extends Common {
  /** Tells it from other kernels. */
  readonly kind: "map";
}

/** out[i] = store(i, result = combine over k of body(i, k)). */
export interface ReduceKernel extends Common {
  /** Tells it from other kernels. */
  readonly kind: "reduce";
  /** How two elements become one. */
  readonly combine: Combine;
  /** The sizes of the axes of k. */
  readonly over: readonly number[];
  /** Its dtype is that of the result. */
  readonly body: Expr;
}

/**
 * out[…, m, n] = store(result = Σ over k of a(…, m, k) · b(…, k, n)) where a and b are strided
 * loads and k are the axes of `over`, which follow n.
 */
export interface MatmulKernel extends Common {
  /** Tells it from other kernels. */
  readonly kind: "matmul";
  /** The sizes of the axes of k. */
  readonly over: readonly number[];
  /** The left factor. */
  readonly a: Load;
  /** The right factor. */
  readonly b: Load;
}

/**
 * out[i] = store(i, result = Σ body(i with position j along axis)) for j up to i's position (before
 * it if exclusive).
 */
export interface ScanKernel extends Common {
  /** Tells it from other kernels. */
  readonly kind: "scan";
  /** The axis of the running sum. */
  readonly axis: number;
  /** Whether the element at i itself is left out. */
  readonly exclusive: boolean;
  /** What is summed. */
  readonly body: Expr;
}

/**
 * out[r, …c] = store(result = Σ over u with row(u) = r of body(…c, u)), in the order of u. The axis
 * of u comes last; `row` is an int32 formula of u alone and always within the rows.
 */
export interface ScatterKernel extends Common {
  /** Tells it from other kernels. */
  readonly kind: "scatter";
  /** The number of updates. */
  readonly over: readonly [number];
  /** The row to which an update is added. */
  readonly row: Expr;
  /** The update. */
  readonly body: Expr;
}

/** One launch on a device. */
export type Kernel = MapKernel | ReduceKernel | MatmulKernel | ScanKernel | ScatterKernel;

/**
 * The name of a kernel: the ops that it computes, each once, at most six; `otherwise` where there
 * are none.
 */
export function kernelName(ops: readonly string[], otherwise = "copy"): string {
  const names = [...new Set(ops)].filter((op) => op !== "full");
  if (names.length === 0) return otherwise;
  return names.length <= 6 ? names.join("+") : `${names.slice(0, 5).join("+")}+…`;
}

/** The fields of a kernel that hold formulas whose values become the `result`. */
const BODIES = {
  ...{ map: [], reduce: ["body"], scan: ["body"], matmul: ["a", "b"], scatter: ["row", "body"] },
} as const;

/** The formulas whose values become the `result`; none in a map. */
export const bodiesOf = (kernel: Kernel): Expr[] =>
  BODIES[kernel.kind].map((field) => (kernel as Kernel & Record<typeof field, Expr>)[field]);

/** The kernel with other formulas, in the order of {@linkcode bodiesOf}. */
export const withBodies = (kernel: Kernel, bodies: readonly Expr[]): Kernel =>
  Object.assign({ ...kernel }, ...BODIES[kernel.kind].map((field, i) => ({ [field]: bodies[i] })));

/** The formulas of what a kernel stores. */
export const valuesOf = ({ stores }: Pick<Kernel, "stores">): Expr[] =>
  stores.map(({ value }) => value);

/** All formulas of a kernel. */
export const formulasOf = (kernel: Kernel): Expr[] => [...bodiesOf(kernel), ...valuesOf(kernel)];

/**
 * Every expression and every index in some formulas, each once: also those within indices, and the
 * indices within quotients and remainders.
 */
function contentsOf(formulas: readonly Expr[]): { exprs: Expr[]; indices: Index[] } {
  const exprs: Expr[] = [], indices: Index[] = [];
  const seen = new Set<Expr | Index>();
  const ofIndex = (index: Index) => {
    if (seen.has(index)) return;
    seen.add(index);
    indices.push(index);
    for (const { atom } of index.terms) {
      if (atom.kind === "value") ofExpr(atom.of);
      else if (atom.kind !== "axis") ofIndex(atom.of);
    }
  };
  const ofExpr = (expr: Expr) => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "call") expr.args.forEach(ofExpr);
    else if (expr.kind === "load" || expr.kind === "position") ofIndex(expr.at);
    exprs.push(expr);
  };
  formulas.forEach(ofExpr);
  return { exprs, indices };
}

/** The expressions of {@linkcode contentsOf}. */
export const exprsOf = (formulas: readonly Expr[]): Expr[] => contentsOf(formulas).exprs;
/** The indices of {@linkcode contentsOf}. */
export const indicesOf = (formulas: readonly Expr[]): Index[] => contentsOf(formulas).indices;

/** Every load in some formulas, each once. */
export const loadsOf = (formulas: readonly Expr[]): Load[] =>
  exprsOf(formulas).filter((expr) => expr.kind === "load");

/** Where a kernel stores: the row-major position of the element that it computes. */
export const outputIndex = (space: readonly number[]): Index => flatten(axesOf(space), space);

/** Whether the stores of a kernel read some loads at {@linkcode outputIndex} and nowhere else. */
export function readsOnlyHere({ stores, space }: Kernel, which: (load: Load) => boolean): boolean {
  const here = outputIndex(space);
  return loadsOf(valuesOf({ stores })).every((load) => !which(load) || sameIndex(load.at, here));
}

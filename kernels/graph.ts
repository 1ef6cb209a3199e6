/**
 * What the compiler sees of a tensor: a node with inputs and a rule that says how it is computed.
 *
 * @module
 */
import type { DType, Expr, Index } from "./formula.ts";

/** Reads an element of one of the node's inputs. */
export type ReadElement = (input: number, at: readonly Index[]) => Expr;

/** How a reduction combines two elements: an associative operation on scalars. */
export type Combine = "add" | "mul" | "max" | "min";

/** What a reduction starts from: combining it with x gives x. */
export const IDENTITIES: Readonly<Record<Combine, Readonly<Record<DType, number>>>> = {
  add: { float32: 0, int32: 0, uint32: 0, bool: 0 },
  mul: { float32: 1, int32: 1, uint32: 1, bool: 1 },
  max: { float32: -Infinity, int32: -(2 ** 31), uint32: 0, bool: 0 },
  min: { float32: Infinity, int32: 2 ** 31 - 1, uint32: 2 ** 32 - 1, bool: 1 },
};

/** How a node is computed from its inputs, whatever the device. */
export type Lowering =
  /** Given: the contents of a buffer. */
  | { readonly kind: "leaf" }
  /**
   * Each element is a formula of elements of the inputs. Elementwise ops read their inputs at the
   * index that they compute; movement ops compute nothing and read at another index. A view reads
   * one input, at an index that depends on no values.
   *
   * Worked example: mul on [4, 6] is `element: (at, read) => mul(read(0, at), read(1, at))`. The
   * compiler calls it once, with the two loop variables as `at`, and gets one formula for all 24
   * elements. Elementwise ops must pass on the array `at` itself, not a copy:
   * compiler/kernels_of.ts shares formulas by its identity.
   */
  | {
    readonly kind: "map";
    readonly element: (at: readonly Index[], read: ReadElement) => Expr;
    readonly isView?: boolean;
  }
  /** Combines its only input over some axes, which vanish. */
  | { readonly kind: "reduce"; readonly combine: Combine; readonly axes: readonly number[] }
  /** Running sums of its only input along an axis; exclusive leaves out the element itself. */
  | { readonly kind: "scan"; readonly axis: number; readonly exclusive: boolean }
  /**
   * The product of two inputs, summed over axes of these sizes. `left` and `right` name the axes of
   * the inputs: by number, first those of the node and then those of `over`. The last axis of the
   * node is one of the right input alone, and the one before of the left input alone.
   *
   * Worked example: [5, 3] times [3, 4] is `{ left: [0, 2], right: [2, 1], over: [3] }`.
   */
  | {
    readonly kind: "matmul";
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly over: readonly number[];
  }
  /**
   * Of indices [m] and updates [m, ...rest]: row r of the output is the sum of the updates whose
   * index is r.
   */
  | { readonly kind: "scatter" };

/** A value to be computed. */
export interface Node {
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The type of the elements. */
  readonly dtype: DType;
  /** The nodes that it is computed from. */
  readonly inputs: readonly Node[];
  /** How it is computed. */
  readonly lowering: Lowering;
  /**
   * The op and its attributes as text: nodes with equal labels and equal inputs compute the same.
   */
  readonly label: string;
}

/** The nodes that the roots depend on, each after its inputs; each node once. Does not recurse. */
export function topologicalOrder<N extends { readonly inputs: readonly N[] }>(
  roots: readonly N[],
): N[] {
  const order: N[] = [];
  const entered = new Set<N>();
  const stack: { node: N; next: number }[] = [];
  const enter = (node: N) => {
    if (entered.has(node)) return;
    entered.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) enter(top.node.inputs[top.next++]);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

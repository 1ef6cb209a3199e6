/**
 * Keeping graphs short. A tensor that was not read is an expression of other unread tensors. So a
 * loop can build a graph that grows for ever, if it never reads, `x = add(x, 1)`, or reads only its
 * loss:
 *
 *     const [loss, slope] = valueAndGrad(f)(x);
 *     x = sub(x, slope);
 *     await loss.item();
 *
 * Here nobody reads x, and each loss depends on all steps before it. Two rules bound the graph and
 * the work for each node:
 *
 * - *A node that is needed a second time is kept.* The first time the loss needs x, x is computed
 *   within a program and dropped. When a later program would compute x again, for a node that is
 *   new, x becomes an output of that program.
 * - *A graph of very many nodes is computed* even if nobody reads it.
 *
 * @module
 */
import { type Node, sizeOf } from "../kernels/graph.ts";

/** A node, as these rules see it. */
interface Growing extends Node {
  readonly inputs: readonly Growing[];
  /**
   * Whether it depends on an argument of a function being traced, and so must stay an expression.
   */
  readonly isTraced: boolean;
}

/** The number of nodes from which a graph is computed unread. */
export const MANY_NODES = 4096;
/**
 * The most elements (64 MB) of a node that is kept unread, unless its graph has MANY_NODES nodes.
 */
const MOST_KEPT = 2 ** 24;

/** The nodes that were computed within a program before. */
const computedBefore = new WeakSet<Node>();

/**
 * The nodes to keep when the nodes of `order` are computed: those that were computed before and are
 * an input of one that was not. Instead of a view, or of a node that is too large, its inputs are
 * kept.
 */
export function neededAgain<N extends Growing & { readonly inputs: readonly N[] }>(
  order: readonly N[],
  roots: ReadonlySet<N>,
): N[] {
  const kept: N[] = [];
  const found = new Set(roots);
  const stack: N[] = [];
  const find = (nodes: readonly N[]) => {
    for (const node of nodes) {
      if (!computedBefore.has(node) || found.has(node)) continue;
      found.add(node);
      stack.push(node);
    }
  };
  for (const node of order) {
    if (computedBefore.has(node)) continue;
    find(node.inputs);
    while (stack.length > 0) {
      const needed = stack.pop()!;
      const { lowering, inputs, shape } = needed;
      const isView = lowering.kind === "map" && lowering.isView;
      const isSmall = sizeOf(shape) <= MOST_KEPT || order.length >= MANY_NODES;
      // A node without inputs is a leaf, or a constant, which the compiler folds.
      if (isView || !isSmall) find(inputs);
      else if (inputs.length > 0 && !needed.isTraced) kept.push(needed);
    }
  }
  for (const node of order) computedBefore.add(node);
  return kept;
}

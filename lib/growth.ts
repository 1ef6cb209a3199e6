/**
 * Keeping graphs short. A tensor that was not read is an expression of others that were not, so a loop can build a graph
 * that grows for ever: one that never reads, `x = add(x, 1)`, and one that reads only its loss,
 *
 *     const [loss, slope] = valueAndGrad(f)(x);
 *     x = sub(x, slope);
 *     await loss.item();
 *
 * where no x is asked for, and each loss depends on all before. Two rules bound the graph, and the work done for each node:
 *
 * - *What is needed a second time is kept.* The first time the loss needs x it is part of a program, and forgotten. When a
 *   later program would compute it again, for something new that is made of it, it becomes an output of that program.
 * - *What nobody reads is computed anyway* once it depends on very many nodes.
 *
 * @module
 */
import { type Node, sizeOf } from "../kernels/graph.ts";

/** A node of a graph that grows. */
interface Growing extends Node {
  readonly inputs: readonly Growing[];
  /** Whether it is an argument of a function that is being traced, or made of one: then it must stay an expression. */
  readonly isTraced: boolean;
}

/** A graph of so many nodes is computed unread. */
export const MANY_NODES = 4096;
/** Elements of a node that is kept although nobody asked for it (64 MB), unless its graph has very many nodes. */
const MOST_KEPT = 2 ** 24;

/** The nodes that a program computed and did not keep. */
const computedBefore = new WeakSet<Node>();

/**
 * The nodes to keep when those of `order` are computed for some roots: they were computed before, and something that was
 * not is made of them. Of a view, and of what is too large, what it is made of is kept.
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
      // Without inputs it is a leaf, or a constant, which the compiler folds.
      if (isView || !isSmall) find(inputs);
      else if (inputs.length > 0 && !needed.isTraced) kept.push(needed);
    }
  }
  for (const node of order) computedBefore.add(node);
  return kept;
}

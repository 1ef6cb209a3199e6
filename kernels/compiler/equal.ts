/**
 * Step 1: nodes that compute the same become one node (common subexpression elimination).
 *
 * Two nodes compute the same if label, dtype, shape and inputs are equal. Worked example: in exp(x)
 * + exp(x) the two exp have the label "exp" and the input x, so the second becomes the first, and
 * add reads one node twice.
 *
 * @module
 */
import { type Node, topologicalOrder } from "../graph.ts";
import { remember } from "../remember.ts";

/** The same graph under the same roots, with one node for each thing that is computed. */
export function mergeEqual(roots: readonly Node[]): Node[] {
  const ids = new Map<Node, number>();
  const byKey = new Map<string, Node>();
  const merged = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = readBy(node).map((input) => merged.get(input)!);
    const { shape, dtype, lowering, label } = node;
    let kept: Node = node;
    if (lowering.kind !== "leaf") {
      const key = `${label};${dtype};${shape};${inputs.map((n) => ids.get(n))}`;
      const isNew = node.inputs.some((input, i) => input !== inputs[i]);
      const make = () => isNew ? { shape, dtype, lowering, label, inputs } : node;
      kept = remember(byKey, key, make);
    }
    remember(ids, kept, () => ids.size);
    merged.set(node, kept);
  }
  return roots.map((root) => merged.get(root)!);
}

/**
 * The inputs that a node reads. `withGradient` adds inputs to an identity view so that the gradient
 * can reach them; a view reads only input 0.
 */
const readBy = ({ lowering, inputs }: Node): readonly Node[] =>
  lowering.kind === "map" && lowering.isView ? inputs.slice(0, 1) : inputs;

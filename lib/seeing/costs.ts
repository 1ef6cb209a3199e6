/**
 * What the compiler weighs: for each node of a graph, whether computing it again for every consumer
 * costs more than a kernel and a buffer for it.
 *
 * @module
 */
import { chooseStored, type Weighed } from "../../kernels/compiler/choose.ts";
import { mergeEqual } from "../../kernels/compiler/equal.ts";
import { table } from "../../kernels/describe.ts";
import type { Traits } from "../../kernels/device.ts";
import { type Node, sizeOf, topologicalOrder } from "../../kernels/graph.ts";

/** What the compiler decides of a node, and why. */
export interface Verdict {
  readonly node: Node;
  readonly isStored: boolean;
  readonly reason: string;
  /** Of maps on a device that folds. */
  readonly weighed?: Weighed;
}

/** The verdict on each node under some roots, each after its inputs; equal nodes are one. */
export function verdictsOf(outputs: readonly Node[], traits: Traits): Verdict[] {
  const roots = mergeEqual(outputs);
  const weights = new Map<Node, Weighed>();
  const stored = chooseStored(roots, traits, (node, weighed) => weights.set(node, weighed));
  const order = topologicalOrder(roots);
  const operands = new Set<Node>();
  for (const node of order.toReversed()) {
    const isOperand = operands.has(node) && isView(node);
    if (node.lowering.kind === "matmul" || isOperand) node.inputs.forEach((x) => operands.add(x));
  }
  const reasonOf = (node: Node): string => {
    const { kind } = node.lowering, weighed = weights.get(node);
    if (kind === "leaf") return "given";
    if (!traits.fuses) return "stored: this device stores every node";
    if (roots.includes(node)) return "stored: an output";
    if (kind !== "map") return `stored: a ${kind} has a kernel of its own`;
    if (!stored.has(node)) return isView(node) ? "folded: a view computes nothing" : "folded";
    if (weighed !== undefined && wasteOf(node, weighed) > weighed.price) return "stored: cheaper";
    return operands.has(node) ? "stored: a product reads it" : "stored: the formula grew too large";
  };
  return order.map((node) => ({
    node,
    isStored: stored.has(node),
    reason: reasonOf(node),
    ...weights.has(node) && { weighed: weights.get(node) },
  }));
}

const isView = ({ lowering }: Node): boolean => lowering.kind === "map" && !!lowering.isView;

/** What the evaluations beyond the first of each element cost, in multiplications. */
const wasteOf = ({ shape }: Node, { evaluations, cost }: Weighed): number =>
  Math.max(0, cost * (evaluations - sizeOf(shape)));

/** A line for each node: how often it is evaluated, what that costs, and what a buffer costs. */
export function costsText(
  roots: readonly Node[],
  traits: Traits,
  nameOf: (leaf: Node) => string,
): string {
  const verdicts = verdictsOf(roots, traits);
  const numbers = new Map(verdicts.map(({ node }, i) => [node, `${i + 1}`]));
  const rows = verdicts.map(({ node, reason, weighed }) => [
    numbers.get(node)!,
    node.lowering.kind === "leaf" ? nameOf(node) : node.label,
    node.inputs.length === 0 ? "" : `of ${node.inputs.map((x) => numbers.get(x)).join(", ")}`,
    `${sizeOf(node.shape)}`,
    ...weighed === undefined ? ["", "", "", ""] : [
      `${weighed.evaluations}`,
      `${weighed.cost}`,
      `${wasteOf(node, weighed)}`,
      `${weighed.price}`,
    ],
    reason,
  ]);
  return [
    ...table([
      ["", "node", "", "elements", "evaluated", "cost", "again", "buffer", ""],
      ...rows,
    ]),
    "",
    "evaluated: if it is folded into its consumers; cost: of one evaluation, in multiplications;",
    "again: cost · (evaluated − elements). A node is stored where that is more than the price of",
    "a buffer and a kernel, 2000 + 4 · elements. Afterwards kernels are merged, which spares the",
    'buffers between them: the view "program" shows what is left.',
  ].join("\n");
}

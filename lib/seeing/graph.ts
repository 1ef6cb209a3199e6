/**
 * The graph of a function as text: a line for each node, after those that it reads.
 *
 * @module
 */
import { table } from "../../kernels/describe.ts";
import { type Node, topologicalOrder } from "../../kernels/graph.ts";

/**
 * The nodes under some roots, a line each: number, op, shape, inputs, and how it is computed.
 *
 * @param nameOf the name of a leaf
 * @param rootNames the names of the roots; not shown unless given
 */
export function graphText(
  roots: readonly Node[],
  nameOf: (leaf: Node) => string,
  rootNames: readonly string[] = [],
): string {
  const order = topologicalOrder(roots);
  const numbers = new Map(order.map((node, i) => [node, i + 1]));
  return table(order.map((node) => [
    `${numbers.get(node)}`,
    node.lowering.kind === "leaf" ? nameOf(node) : node.label,
    `[${node.shape.join(", ")}]`,
    node.inputs.length === 0 ? "" : `of ${node.inputs.map((x) => numbers.get(x)).join(", ")}`,
    node.lowering.kind === "map" && node.lowering.isView ? "map, a view" : node.lowering.kind,
    rootNames.filter((_, i) => roots[i] === node).map((name) => `→ ${name}`).join(" "),
  ])).join("\n");
}

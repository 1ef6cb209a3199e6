/**
 * Step 3: each stored node gets a kernel, and the nodes that are not stored are folded into its
 * formula.
 *
 * Folding asks each node for its element at an index. Worked example: y = exp(transpose(x)) of x
 * [4, 6] asks exp at (i₀, i₁), exp asks transpose at (i₀, i₁), transpose asks x at (i₁, i₀), and x
 * is stored: y's formula is exp(load x at 6·i₁ + i₀).
 *
 * A node that is asked twice at the same index must give the same object, or a chain xₙ₊₁ = xₙ + xₙ
 * would be built 2ⁿ times. "The same index" means the same array: elementwise ops hand on the array
 * `at` that they got, which is what makes sharing cheap. An op that hands on `[...at]` instead
 * would make compiling take exponentially long.
 *
 * @module
 */
import { type Node, sizeOf, topologicalOrder } from "../graph.ts";
import type { Expr, Index, Load } from "../formula.ts";
import { axesOf, axisIndex, flatten, sameIndex } from "../indexing.ts";
import { formulasOf, indicesOf, type Kernel, kernelName } from "../kernel.ts";
import { load, result } from "../scalar.ts";
import { placeIn, remember } from "../remember.ts";
import { share } from "./rewrite.ts";

/**
 * A kernel with the nodes that it reads and those that it computes, in the order of its loads and
 * stores.
 */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly reads: readonly Node[];
  readonly writes: readonly Node[];
}

/**
 * The kernels that compute the roots, each after those whose output it reads.
 *
 * @throws {RangeError} where a kernel would have to count further than 2³¹ − 1.
 */
export function kernelsOf(roots: readonly Node[], stored: ReadonlySet<Node>): KernelCall[] {
  return topologicalOrder(roots)
    .filter((node) => stored.has(node) && node.lowering.kind !== "leaf")
    .map((node) => kernelOf(node, stored));
}

const opOf = ({ label }: Node): string => label.split(" ")[0];

/** Builds the kernel of a stored node. */
function kernelOf(node: Node, stored: ReadonlySet<Node>): KernelCall {
  const reads: Node[] = [];
  const loads: Load[] = [];
  const names: string[] = [];
  const known = new Map<Node, Map<readonly Index[], Expr>>();

  /**
   * The element of a node at an index: the same object for the same node and the same array `at`.
   */
  function read(from: Node, at: readonly Index[]): Expr {
    const ofNode = remember(known, from, () => new Map<readonly Index[], Expr>());
    return remember(ofNode, at, () => stored.has(from) ? loadOf(from, at) : formula(from, at));
  }
  function formula(of: Node, at: readonly Index[]): Expr {
    if (of.lowering.kind !== "map") throw new Error(`${of.label} has no formula`);
    if (!of.lowering.isView) names.push(opOf(of));
    return of.lowering.element(at, (input, inner) => read(of.inputs[input], inner));
  }
  function loadOf(from: Node, at: readonly Index[]): Load {
    const buffer = placeIn(reads, from);
    const flat = flatten(at, from.shape);
    let found = loads.find((l) => l.buffer === buffer && sameIndex(l.at, flat));
    if (found === undefined) loads.push(found = load(buffer, flat, from.dtype));
    return found;
  }

  const { shape: space, dtype, inputs, lowering } = node;
  const at = axesOf(space);
  const stores = [{ dtype, value: result(dtype) }];
  const kernel = ((): Kernel => {
    const common = () => ({
      name: kernelName(lowering.kind === "map" ? names : [opOf(node), ...names], opOf(node)),
      space,
      loads: reads.map((n) => n.dtype),
    });
    switch (lowering.kind) {
      case "leaf":
        throw new Error("A leaf needs no kernel");
      case "map": {
        const [value] = share([formula(node, at)]);
        return { kind: "map", ...common(), stores: [{ dtype, value }] };
      }
      case "reduce": {
        const { combine, axes } = lowering;
        const over = axes.map((axis) => inputs[0].shape[axis]);
        const kept = [...at];
        const inner = inputs[0].shape.map((size, axis) => {
          const k = axes.indexOf(axis);
          return k < 0 ? kept.shift()! : axisIndex(space.length + k, size);
        });
        const [body] = share([read(inputs[0], inner)]);
        return { kind: "reduce", ...common(), combine, over, body, stores };
      }
      case "scan": {
        const { axis, exclusive } = lowering;
        const [body] = share([read(inputs[0], at)]);
        return { kind: "scan", ...common(), axis, exclusive, body, stores };
      }
      case "matmul": {
        const { left, right, over } = lowering;
        const axes = axesOf([...space, ...over]);
        const [a, b] = [left, right]
          .map((names, i) => read(inputs[i], names.map((axis) => axes[axis])));
        if (a.kind !== "load" || b.kind !== "load") throw new Error("A product reads buffers");
        return { kind: "matmul", ...common(), over, a, b, stores };
      }
      case "scatter": {
        const updates = inputs[0].shape[0];
        const u = axisIndex(space.length, updates);
        const [row, body] = share([read(inputs[0], [u]), read(inputs[1], [u, ...at.slice(1)])]);
        return { kind: "scatter", ...common(), over: [updates], row, body, stores };
      }
    }
  })();
  checkCounts(kernel);
  return { kernel, reads, writes: [node] };
}

/** Devices count in int32. */
const MOST = 2 ** 31 - 1;

function checkCounts(kernel: Kernel): void {
  const over = "over" in kernel ? kernel.over : [];
  const ends = indicesOf(formulasOf(kernel)).flatMap(({ min, max }) => [max + 1, -min])
    .filter(Number.isFinite); // what is read of nothing has no end
  const most = Math.max(sizeOf(kernel.space), sizeOf(over), ...ends);
  if (most <= MOST) return;
  throw new RangeError(
    `Cannot compute ${kernel.name} over ${most} elements: a kernel counts up to ${MOST} of them`,
  );
}

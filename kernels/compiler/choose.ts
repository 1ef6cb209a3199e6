/**
 * Step 2: which nodes get a buffer; all others are folded into the formulas of their consumers, and computed again wherever they are
 * read. So a node is stored when
 * - it is asked for, or is a reduction, a scan, a scatter or a product, which have kernels of their own;
 * - computing it again would cost more than a kernel and a buffer: this weighs how often its consumers evaluate it, which
 *   covers several consumers, broadcasts and gathers alike;
 * - a formula would become too deep, or touch more buffers than the device allows.
 *
 * @module
 */
import type { Traits } from "../device.ts";
import { costOf, NESTING_LIMIT, nestingOf } from "../cost.ts";
import { type Node, sizeOf, topologicalOrder } from "../graph.ts";
import type { Expr, Index } from "../formula.ts";
import { axisIndex, constantIndex, flatten, isStrided } from "../indexing.ts";
import { visitExprs } from "../kernel.ts";
import { constant, load } from "../scalar.ts";

/** What a buffer costs, in multiplications: so much for each element, and so much for one more kernel. */
const STORE_COST = 4, KERNEL_COST = 2000;
/** Formulas that cost this much all count the same. */
const COST_LIMIT = 1000;
/** What it costs to read an element at a place that is read, too, in multiplications. */
const GATHER_COST = 8;

/** The nodes to store: all of them on a device that does not fuse. */
export function chooseStored(roots: readonly Node[], traits: Traits): Set<Node> {
  const order = topologicalOrder(roots);
  if (!traits.fuses) return new Set(order);
  const stored = new Set(roots);
  for (const node of order) if (node.lowering.kind !== "map") stored.add(node);
  for (const node of order) {
    if (node.lowering.kind === "matmul") {
      node.inputs.forEach((operand) => storeOperand(operand, stored));
    }
  }
  // The walk goes from outputs to inputs, so a node's cost depends on decisions not yet made. Pass 1 overestimates it; pass 2
  // uses pass 1's decisions.
  const own = ownCosts(order), elementwise = new Set(order.filter(isElementwise));
  const guess = withCostly(order, stored, stored, own, elementwise);
  const chosen = withCostly(order, stored, guess, own, elementwise);
  storeWhatMakesFormulasTooBig(order, chosen, traits.maxBuffers - 1);
  return chosen;
}

/** A product reads strided views of buffers: stores the node under the view or, where the view is not strided, the view. */
function storeOperand(operand: Node, stored: Set<Node>): void {
  let at: Index[] = operand.shape.map((size, axis) => axisIndex(axis, size));
  let node = operand;
  while (!stored.has(node) && node.lowering.kind === "map" && isView(node)) {
    let next = at;
    node.lowering.element(at, (_, inner) => {
      next = [...inner];
      return constant(0);
    });
    at = next;
    node = node.inputs[0];
  }
  const flat = flatten(at, node.shape);
  stored.add(isStrided(flat) && flat.terms.every((t) => t.scale >= 0) ? node : operand);
}

/**
 * The stored nodes, and those whose recomputation costs more than a kernel and a buffer, if the nodes of `assumed` are stored,
 * too. A node of n elements and cost c that is evaluated t times is stored where c·(t − n) > 2000 + 4·n: a sigmoid (12) of
 * 100 elements once it is evaluated more than 300 times.
 */
function withCostly(
  order: readonly Node[],
  given: ReadonlySet<Node>,
  assumed: ReadonlySet<Node>,
  own: (node: Node) => number,
  elementwise: ReadonlySet<Node>,
): Set<Node> {
  const stored = new Set(given);
  /** For each node, how often each kernel evaluates it. */
  const evaluations = new Map<Node, Map<Node, number>>();
  /** Nodes whose map is their own; others share that of a consumer. */
  const copied = new Set<Node>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    // A view has nothing to store: if what it shows is costly, that is stored.
    if (!stored.has(node) && !isView(node)) {
      let total = 0;
      for (const count of evaluations.get(node)!.values()) total += count;
      const size = sizeOf(node.shape);
      const isCostly = total > size &&
        inlineCost(node, assumed, own) * (total - size) > KERNEL_COST + STORE_COST * size;
      if (isCostly) stored.add(node);
    }
    const here = stored.has(node)
      ? new Map([[node, Math.max(sizeOf(node.shape), ...node.inputs.map((n) => sizeOf(n.shape)))]])
      : evaluations.get(node)!;
    // Formulas share what elementwise ops read. What others read, slices of a table say, is evaluated for each of them.
    const combine = elementwise.has(node) ? Math.max : (a: number, b: number) => a + b;
    for (const input of node.inputs) {
      const known = evaluations.get(input);
      if (known === undefined) evaluations.set(input, here);
      else if (known !== here || combine !== Math.max) {
        const merged = copied.has(input) ? known : new Map(known);
        copied.add(input);
        for (const [kernel, count] of here) {
          merged.set(kernel, combine(count, merged.get(kernel) ?? 0));
        }
        evaluations.set(input, merged);
      }
    }
    evaluations.delete(node);
  }
  return stored;
}

/** Whether all inputs are read at the index that is computed. */
function isElementwise(node: Node): boolean {
  const { lowering, shape, inputs } = node;
  if (lowering.kind !== "map") return false;
  let same = true;
  const at = shape.map((size, axis) => axisIndex(axis, size));
  lowering.element(at, (i, inner) => {
    same &&= inner === at;
    return load(i, constantIndex(0), inputs[i].dtype);
  });
  return same;
}

const isView = ({ lowering }: Node): boolean => lowering.kind === "map" && !!lowering.isView;

/** What one element of a node costs to compute from stored nodes, counting shared nodes once; at most COST_LIMIT. */
function inlineCost(node: Node, stored: ReadonlySet<Node>, own: (node: Node) => number): number {
  let cost = 0;
  const seen = new Set<Node>();
  const stack = [node];
  while (stack.length > 0 && cost < COST_LIMIT) {
    const next = stack.pop()!;
    if (seen.has(next) || next !== node && stored.has(next)) continue;
    seen.add(next);
    cost += own(next);
    stack.push(...next.inputs);
  }
  return Math.min(cost, COST_LIMIT);
}

/** The cost of the formula of a node by itself; nothing for what is made of constants, which the compiler folds. */
function ownCosts(order: readonly Node[]): (node: Node) => number {
  const costs = new Map<Node, number>();
  const constants = new Set<Node>();
  const costOfNode = knownByFormula(ownCost);
  for (const node of order) {
    const cost = costOfNode(node);
    if (node.lowering.kind === "map" && node.inputs.every((input) => constants.has(input))) {
      if (node.inputs.length > 0 || cost === 0) constants.add(node);
    }
    costs.set(node, constants.has(node) ? 0 : cost);
  }
  return (node) => costs.get(node)!;
}

/** How deeply nested the formula of a node is by itself; views count, too. */
const ownNesting = (node: Node): number => Math.max(1, nestingOf(formulaOf(node)));

/** f, called once for all nodes of one formula, which label, shapes and dtypes decide. */
function knownByFormula(f: (node: Node) => number): (node: Node) => number {
  const known = new Map<string, number>();
  const typeOf = ({ dtype, shape }: Node) => `${dtype}[${shape}]`;
  return (node) => {
    const key = `${node.label};${typeOf(node)};${node.inputs.map(typeOf)}`;
    let value = known.get(key);
    if (value === undefined) known.set(key, value = f(node));
    return value;
  };
}

/** The formula of a node, of elements of its inputs; of where they are read, the last axis is enough. */
function formulaOf({ lowering, shape, inputs }: Node): Expr {
  if (lowering.kind !== "map") return constant(0);
  const at = shape.map((size, axis) => axisIndex(axis, size));
  return lowering.element(
    at,
    (i, inner) => load(i, inner.at(-1) ?? constantIndex(0), inputs[i].dtype),
  );
}

/**
 * The cost of a formula. What it takes to find an index is left out, as mostly it is found once for a whole row; but an
 * index along the last axis that is itself read is another load for each element.
 */
function ownCost(node: Node): number {
  const costOfFormula = (expr: Expr): number => {
    if (expr.kind === "load") return isRead(expr.at) ? GATHER_COST : 0;
    if (expr.kind !== "call") return 0;
    return expr.args.reduce((cost, arg) => cost + costOfFormula(arg), costOf(expr.op));
  };
  return isView(node) ? 0 : costOfFormula(formulaOf(node));
}

/** Whether an index depends on what a buffer holds. */
function isRead(index: Index): boolean {
  let found = false;
  const values = index.terms.flatMap(({ atom }) => atom.kind === "value" ? [atom.of] : []);
  visitExprs(values, (expr) => found ||= expr.kind === "load");
  return found;
}

function storeWhatMakesFormulasTooBig(
  order: readonly Node[],
  stored: Set<Node>,
  maxLoads: number,
): void {
  const nestingOfNode = knownByFormula(ownNesting);
  const depths = new Map<Node, number>();
  const sources = new Map<Node, ReadonlySet<Node>>();
  for (const node of order) {
    for (;;) {
      const folded = node.inputs.filter((input) => !stored.has(input));
      const depth = nestingOfNode(node) +
        folded.reduce((n, input) => Math.max(n, depths.get(input)!), 0);
      const loads = new Set<Node>();
      for (const input of node.inputs) {
        if (stored.has(input)) loads.add(input);
        else for (const source of sources.get(input)!) loads.add(source);
      }
      if (folded.length === 0 || depth <= NESTING_LIMIT / 2 && loads.size <= maxLoads) {
        depths.set(node, depth);
        sources.set(node, loads);
        break;
      }
      const burden = (input: Node) =>
        depth > NESTING_LIMIT / 2 ? depths.get(input)! : sources.get(input)!.size;
      stored.add(folded.reduce((a, b) => burden(b) > burden(a) ? b : a));
    }
  }
}

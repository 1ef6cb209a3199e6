/**
 * Step 2: which nodes get a buffer. All others are folded into the formulas of their consumers, and
 * are computed again wherever a consumer reads them. A node is stored when
 * - it is an output, or is a reduction, a scan, a scatter or a product, each of which needs a
 *   kernel of its own;
 * - computing it again would cost more than a kernel and a buffer. The cost counts the evaluations
 *   by all consumers, so several consumers, broadcasts and gathers need no rules of their own;
 * - the formula would become too deep, or would read more buffers than the device allows.
 *
 * Worked example: s = sigmoid(x) of 100 elements costs 12 multiplications an element, and a buffer
 * and a kernel for it cost 2000 + 4 · 100 = 2400. If s is broadcast to [10, 100], its consumer
 * evaluates it 1000 times, which is 900 too many: 12 · 900 = 10,800 > 2400, so s is stored.
 * Broadcast to [2, 100], the waste is 12 · 100 = 1200 < 2400: s is folded.
 *
 * The walk goes from the outputs to the inputs, so what a node costs depends on nodes that were not
 * yet decided. Pass 1 takes them as not stored and overestimates the cost; pass 2 uses what pass 1
 * has decided. Kernels and bytes moved of a training step at batch 100, with pass 1 alone and with
 * both:
 *
 * |             | pass 1 alone | both         |
 * |-------------|--------------|--------------|
 * | echo_linear | 52, 31.1 MB  | 51, 27.3 MB  |
 * | echo        | 80, 21.4 MB  | 65, 20.5 MB  |
 * | echo_matrix | 286, 118 MB  | 250, 86.9 MB |
 * | vae_vamp    | 69, 95.4 MB  | 68, 67.1 MB  |
 *
 * @module
 */
import type { Traits } from "../device.ts";
import { costOf, NESTING_LIMIT, nestingOf } from "../cost.ts";
import { type Node, sizeOf, topologicalOrder } from "../graph.ts";
import type { Expr, Index } from "../formula.ts";
import { axesOf, constantIndex, flatten, isStrided } from "../indexing.ts";
import { loadsOf } from "../kernel.ts";
import { remember } from "../remember.ts";
import { constant, load } from "../scalar.ts";

/** What storing costs, in multiplications: for each element, and for one more kernel. */
const STORE_COST = 4, KERNEL_COST = 2000;
/** The most that a formula is taken to cost. */
const COST_LIMIT = 1000;
/**
 * What a gathered element costs, in multiplications: its index is another load. Without this cost
 * iaf_prior takes 311 kernels instead of 271: consumers that each gather for themselves read at
 * different elements than they compute, and step 4 cannot merge them.
 */
const GATHER_COST = 8;

/** What is weighed for a node that is a map and no view. */
export interface Weighed {
  /** The number of times that all consumers together evaluate it if it is not stored. */
  readonly evaluations: number;
  /** Of one evaluation, in multiplications. */
  readonly cost: number;
  /** What a kernel and a buffer for it cost, in multiplications. */
  readonly price: number;
}

/**
 * The nodes to store: all of them on a device that does not fuse.
 *
 * @param tell is called with what was weighed in pass 2
 */
export function chooseStored(
  roots: readonly Node[],
  traits: Traits,
  tell?: (node: Node, weighed: Weighed) => void,
): Set<Node> {
  const order = topologicalOrder(roots);
  if (!traits.fuses) return new Set(order);
  const stored = new Set(roots);
  for (const node of order) if (node.lowering.kind !== "map") stored.add(node);
  const operands = order.flatMap((node) => node.lowering.kind === "matmul" ? node.inputs : []);
  for (const operand of operands) storeOperand(operand, stored);
  const facts = factsOf(order);
  const guess = withCostly(order, stored, stored, facts);
  const chosen = withCostly(order, stored, guess, facts, tell);
  storeWhatMakesFormulasTooBig(order, chosen, facts, traits.maxBuffers - 1);
  return chosen;
}

/**
 * Stores what a product reads. A product reads strided views of buffers: of a transposed operand
 * the node below the view is stored, and nothing is copied. Where the view is not strided, as after
 * most reshapes, the view itself is stored.
 */
function storeOperand(operand: Node, stored: Set<Node>): void {
  let at: readonly Index[] = axesOf(operand.shape);
  let node = operand;
  while (!stored.has(node) && node.lowering.kind === "map" && isView(node)) {
    node.lowering.element(at, (_, inner) => {
      at = inner;
      return constant(0);
    });
    node = node.inputs[0];
  }
  const flat = flatten(at, node.shape);
  stored.add(isStrided(flat) && flat.terms.every((t) => t.scale >= 0) ? node : operand);
}

/**
 * The given nodes, and those whose recomputation costs more than a kernel and a buffer if the nodes
 * of `assumed` are stored, too. A node of n elements and cost c that is evaluated t times is stored
 * where c·(t − n) > 2000 + 4·n.
 */
function withCostly(
  order: readonly Node[],
  given: ReadonlySet<Node>,
  assumed: ReadonlySet<Node>,
  facts: ReadonlyMap<Node, Facts>,
  tell?: (node: Node, weighed: Weighed) => void,
): Set<Node> {
  const stored = new Set(given);
  /** For each node, the number of times that each kernel evaluates it. */
  const evaluations = new Map<Node, Map<Node, number>>();
  /** Nodes that own their map in `evaluations`; the others share the map of a consumer. */
  const copied = new Set<Node>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    // A view is never stored: if the node that it shows is costly, that node is.
    const isWeighed = tell !== undefined && node.lowering.kind === "map";
    if ((!stored.has(node) || isWeighed) && !isView(node)) {
      const size = sizeOf(node.shape), price = KERNEL_COST + STORE_COST * size;
      const counts = evaluations.get(node)?.values() ?? [size];
      const total = [...counts].reduce((n, count) => n + count, 0);
      const bound = price / (total - size);
      if (
        total > size && bound < COST_LIMIT && inlineCost(node, assumed, facts, bound) > bound
      ) stored.add(node);
      if (isWeighed) {
        const cost = Math.min(COST_LIMIT, inlineCost(node, assumed, facts, COST_LIMIT));
        tell(node, { evaluations: total, cost, price });
      }
    }
    const here = stored.has(node)
      ? new Map([[node, Math.max(sizeOf(node.shape), ...node.inputs.map((n) => sizeOf(n.shape)))]])
      : evaluations.get(node)!;
    // Elementwise consumers in one kernel read at the same index and share the element: the larger
    // count holds. Two slices of one table read at different indices: their counts add up.
    const combine = facts.get(node)!.isElementwise ? Math.max : (a: number, b: number) => a + b;
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

const isView = ({ lowering }: Node): boolean => lowering.kind === "map" && !!lowering.isView;

/**
 * The cost of one element of a node, computed from stored nodes; shared nodes count once. The
 * search ends where the cost exceeds a bound.
 */
function inlineCost(
  node: Node,
  stored: ReadonlySet<Node>,
  facts: ReadonlyMap<Node, Facts>,
  bound: number,
): number {
  let cost = 0;
  const seen = new Set<Node>();
  const stack = [node];
  while (stack.length > 0 && cost <= bound) {
    const next = stack.pop()!;
    if (seen.has(next) || next !== node && stored.has(next)) continue;
    seen.add(next);
    cost += facts.get(next)!.cost;
    stack.push(...next.inputs);
  }
  return cost;
}

/** What is known of a node's own formula. */
interface Facts {
  /** 0 for nodes made of constants, which a kernel computes once for all elements. */
  readonly cost: number;
  /** Its depth, at least 1, so that chains of views have an end. */
  readonly nesting: number;
  /** Whether it reads all inputs at the index that it computes. */
  readonly isElementwise: boolean;
  readonly isConstant: boolean;
}

/** The facts of all nodes. Nodes of equal label, shapes and dtypes have the same formula. */
function factsOf(order: readonly Node[]): Map<Node, Facts> {
  const byFormula = new Map<string, Facts>();
  const facts = new Map<Node, Facts>();
  const typeOf = ({ dtype, shape }: Node) => `${dtype}[${shape}]`;
  for (const node of order) {
    const key = `${node.label};${typeOf(node)};${node.inputs.map(typeOf)}`;
    const own = remember(byFormula, key, () => ownFacts(node));
    const isConstant = node.lowering.kind === "map" &&
      node.inputs.every((input) => facts.get(input)!.isConstant) &&
      (node.inputs.length > 0 || own.cost === 0);
    facts.set(node, isConstant ? { ...own, isConstant, cost: 0 } : own);
  }
  return facts;
}

/**
 * The facts of a node if its inputs are no constants. Index arithmetic is left out of the cost,
 * since most of it is done once for a whole row. But an index along the last axis that is itself
 * loaded is one more load for each element.
 */
function ownFacts(node: Node): Facts {
  const { lowering, shape, inputs } = node;
  const isConstant = false;
  if (lowering.kind !== "map") return { cost: 0, nesting: 1, isElementwise: false, isConstant };
  const at = axesOf(shape);
  let isElementwise = true;
  // Loads keep only the index along the last axis, which is all that a cost depends on.
  const formula = lowering.element(at, (i, inner) => {
    isElementwise &&= inner === at;
    return load(i, inner.at(-1) ?? constantIndex(0), inputs[i].dtype);
  });
  const costOfFormula = (expr: Expr): number => {
    if (expr.kind === "load") return isLoaded(expr.at) ? GATHER_COST : 0;
    if (expr.kind !== "call") return 0;
    return expr.args.reduce((cost, arg) => cost + costOfFormula(arg), costOf(expr));
  };
  const cost = isView(node) ? 0 : costOfFormula(formula);
  return { cost, nesting: Math.max(1, nestingOf(formula)), isElementwise, isConstant };
}

/** Whether an index is computed from the contents of a buffer. */
function isLoaded(index: Index): boolean {
  const values = index.terms.flatMap(({ atom }) => atom.kind === "value" ? [atom.of] : []);
  return loadsOf(values).length > 0;
}

/**
 * Stores inputs of formulas that are too deep or read too many buffers: each time the input that
 * adds most to the excess.
 */
function storeWhatMakesFormulasTooBig(
  order: readonly Node[],
  stored: Set<Node>,
  facts: ReadonlyMap<Node, Facts>,
  maxLoads: number,
): void {
  const depths = new Map<Node, number>();
  const sources = new Map<Node, ReadonlySet<Node>>();
  for (const node of order) {
    for (;;) {
      const folded = node.inputs.filter((input) => !stored.has(input));
      const depth = facts.get(node)!.nesting +
        folded.reduce((n, input) => Math.max(n, depths.get(input)!), 0);
      const loads = new Set(
        node.inputs.flatMap((input) => stored.has(input) ? input : [...sources.get(input)!]),
      );
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

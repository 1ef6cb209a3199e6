/**
 * Step 4: fewer kernels. Step 3 folds producers into their consumers; this step moves consumers into their producer. A map that reads the output of another kernel at the very element that it computes becomes
 * one more store of that kernel. So a product adds its bias and applies its activation while its tile is in registers, and
 * the gradient of a weight goes straight into Adam's three new values.
 *
 * @module
 */
import type { Traits } from "../device.ts";
import type { Expr, Index, Load } from "../formula.ts";
import { axisIndex, flatten, isStrided, sameIndex } from "../indexing.ts";
import { type Node, topologicalOrder } from "../graph.ts";
import { bodiesOf, type Kernel, kernelName, type Store, visitExprs } from "../kernel.ts";
import { NESTING_LIMIT, nestingOf } from "../cost.ts";
import type { KernelCall } from "./kernels_of.ts";
import { share, substitute } from "./rewrite.ts";

/** A kernel that grows. `inputs` are the groups whose outputs it reads. */
interface Group {
  readonly kernel: Kernel;
  readonly reads: Node[];
  readonly writes: Node[];
  readonly values: Expr[];
  readonly names: string[];
  /** How deep its formulas are nested. */
  depth: number;
  readonly inputs: Group[];
}

/** How many kernels to look at when asking whether one depends on another; beyond that the answer is taken to be yes. */
const SEARCH_LIMIT = 2000;

/** The same computation in fewer kernels. The roots stay stored, whoever reads them. */
export function mergeKernels(
  calls: readonly KernelCall[],
  roots: readonly Node[],
  { maxBuffers }: Traits,
): KernelCall[] {
  const producers = new Map<Node, Group>();
  const groups: Group[] = [];
  for (const call of calls) {
    const host = hostOf(call, producers, maxBuffers);
    const group = host ?? newGroup(call);
    if (host === undefined) groups.push(group);
    else absorb(host, call);
    for (const node of call.writes) producers.set(node, group);
    for (const node of call.reads) {
      const from = producers.get(node);
      if (from !== undefined && from !== group && !group.inputs.includes(from)) {
        group.inputs.push(from);
      }
    }
  }
  const read = new Set(roots);
  for (const group of groups) {
    for (const node of readsOf(group)) if (producers.get(node) !== group) read.add(node);
  }
  return topologicalOrder(groups).map((group) => finish(group, read));
}

function newGroup({ kernel, reads, writes }: KernelCall): Group {
  return {
    kernel,
    reads: [...reads],
    writes: [...writes],
    values: kernel.stores.map(({ value }) => value),
    names: [kernel.name],
    depth: depthOf(kernel),
    inputs: [],
  };
}

/** The group that a map can become a part of, the latest one if there are several. */
function hostOf(
  { kernel, reads, writes }: KernelCall,
  producers: ReadonlyMap<Node, Group>,
  maxBuffers: number,
): Group | undefined {
  if (kernel.kind !== "map") return undefined;
  const depth = depthOf(kernel);
  const hosts = [...new Set(reads.map((node) => producers.get(node)))].reverse();
  const here = flatten(kernel.space.map((size, axis) => axisIndex(axis, size)), kernel.space);
  return hosts.find((host) => {
    if (host === undefined || host.kernel.space.join() !== kernel.space.join()) return false;
    const buffers = new Set([...host.reads, ...reads, ...host.writes, ...writes]);
    if (buffers.size > maxBuffers || host.depth + depth > NESTING_LIMIT) return false;
    const others = reads.map((node) => producers.get(node)).filter((g) =>
      g !== undefined && g !== host
    );
    return readsOnlyAt(here, kernel, (load) => host.writes.includes(reads[load.buffer])) &&
      !dependsOn(others as Group[], host);
  });
}

function depthOf(kernel: Kernel): number {
  const known = new Map<Expr, number>();
  return Math.max(0, ...kernel.stores.map(({ value }) => nestingOf(value, known)));
}

/** Whether some loads of a kernel are all at one index. */
function readsOnlyAt(here: Index, kernel: Kernel, which: (load: Load) => boolean): boolean {
  let only = true;
  visitExprs(kernel.stores.map(({ value }) => value), (expr) => {
    if (expr.kind === "load" && which(expr)) {
      only &&= isStrided(expr.at) && sameIndex(expr.at, here);
    }
  });
  return only;
}

function dependsOn(groups: readonly Group[], on: Group): boolean {
  const seen = new Set<Group>();
  const stack = [...groups];
  while (stack.length > 0 && seen.size < SEARCH_LIMIT) {
    const group = stack.pop()!;
    if (group === on) return true;
    if (seen.has(group)) continue;
    seen.add(group);
    stack.push(...group.inputs);
  }
  return stack.length > 0;
}

/** Makes a map's stores stores of the group. */
function absorb(group: Group, { kernel, reads, writes }: KernelCall): void {
  const values = substitute(kernel.stores.map(({ value }) => value), (load) => {
    const node = reads[load.buffer];
    const own = group.writes.indexOf(node);
    if (own >= 0) return group.values[own];
    let buffer = group.reads.indexOf(node);
    if (buffer < 0) buffer = group.reads.push(node) - 1;
    return { ...load, buffer };
  });
  group.values.push(...values);
  group.writes.push(...writes);
  group.names.push(kernel.name);
  group.depth += depthOf(kernel);
}

/** The nodes that a group still loads, once its own values are no longer read back. */
function readsOf(group: Group): Node[] {
  const loaded = new Set<Node>();
  visitExprs([...bodiesOf(group.kernel), ...group.values], (expr) => {
    if (expr.kind === "load") loaded.add(group.reads[expr.buffer]);
  });
  return [...loaded];
}

/** The kernel of a group, which stores only what is read elsewhere. */
function finish(group: Group, read: ReadonlySet<Node>): KernelCall {
  const kept = group.writes.map((_, i) => i).filter((i) => read.has(group.writes[i]));
  const bodies = bodiesOf(group.kernel);
  const reads: Node[] = [];
  const formulas = substitute([...bodies, ...kept.map((i) => group.values[i])], (load) => {
    const node = group.reads[load.buffer];
    let buffer = reads.indexOf(node);
    if (buffer < 0) buffer = reads.push(node) - 1;
    return { ...load, buffer };
  });
  const shared = share(formulas);
  const stores = kept.map((i, k): Store => ({
    dtype: group.writes[i].dtype,
    value: shared[bodies.length + k],
  }));
  const kernel = {
    ...withBodies(group.kernel, shared),
    name: kernelName(group.names.flatMap((name) => name.split("+"))),
    loads: reads.map(({ dtype }) => dtype),
    stores,
  };
  return { kernel, reads, writes: kept.map((i) => group.writes[i]) };
}

/** The kernel with other formulas for its result. */
function withBodies(kernel: Kernel, [first, second]: readonly Expr[]): Kernel {
  switch (kernel.kind) {
    case "map":
      return kernel;
    case "matmul":
      return { ...kernel, a: first as Load, b: second as Load };
    case "scatter":
      return { ...kernel, row: first, body: second };
    default:
      return { ...kernel, body: first };
  }
}

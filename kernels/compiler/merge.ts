/**
 * Step 4: fewer kernels. Step 3 folds producers into consumers; this step moves a consumer into its
 * producer, which folding cannot do where the producer is a product or a reduction, or has other
 * consumers.
 *
 *     step 3     1. a = matmul(x, w)     2. b = exp(a + c)
 *     step 4     1. result = matmul(x, w); b = exp(result + c); a = result, if others read a
 *
 * A map moves if it reads the output of another kernel only at the element that it computes. So a
 * product adds its bias and applies its activation while its tile is in registers, and the gradient
 * of a weight goes straight into Adam's three new values. A training step of vae takes 39 kernels
 * with this step and 98 without; compile.ts has the table.
 *
 * @module
 */
import { NESTING_LIMIT, nestingOf } from "../cost.ts";
import type { Traits } from "../device.ts";
import type { Expr } from "../formula.ts";
import { type Node, topologicalOrder } from "../graph.ts";
import {
  bodiesOf,
  type Kernel,
  kernelName,
  loadsOf,
  readsOnlyHere,
  type Store,
  valuesOf,
  withBodies,
} from "../kernel.ts";
import { placeIn } from "../remember.ts";
import type { KernelCall } from "./kernels_of.ts";
import { share, substitute } from "./rewrite.ts";

/**
 * A kernel that grows by the maps that move into it. `inputs` are the kernels whose outputs it
 * reads.
 */
interface GrowingKernel {
  readonly kernel: Kernel;
  readonly reads: Node[];
  readonly writes: Node[];
  readonly values: Expr[];
  readonly names: string[];
  /** At least the depth of its formulas. */
  depth: number;
  readonly inputs: GrowingKernel[];
}

/** The number of kernels to search before one is taken to depend on another. */
const SEARCH_LIMIT = 2000;

/** The same computation in fewer kernels. The roots stay stored. */
export function mergeKernels(
  calls: readonly KernelCall[],
  roots: readonly Node[],
  { maxBuffers }: Traits,
): KernelCall[] {
  const producers = new Map<Node, GrowingKernel>();
  const growing: GrowingKernel[] = [];
  for (const call of calls) {
    let host = hostOf(call, producers, maxBuffers);
    if (host === undefined) growing.push(host = start(call));
    else absorb(host, call);
    for (const node of call.writes) producers.set(node, host);
    for (const node of call.reads) {
      const from = producers.get(node);
      if (from !== undefined && from !== host) placeIn(host.inputs, from);
    }
  }
  const read = new Set(roots);
  for (const host of growing) {
    for (const node of readsOf(host)) if (producers.get(node) !== host) read.add(node);
  }
  return topologicalOrder(growing).map((host) => finish(host, read));
}

function start({ kernel, reads, writes }: KernelCall): GrowingKernel {
  return {
    kernel,
    reads: [...reads],
    writes: [...writes],
    values: valuesOf(kernel),
    names: [kernel.name],
    depth: depthOf(kernel),
    inputs: [],
  };
}

/** The kernel that a map can move into, the latest if there are several. */
function hostOf(
  { kernel, reads, writes }: KernelCall,
  producers: ReadonlyMap<Node, GrowingKernel>,
  maxBuffers: number,
): GrowingKernel | undefined {
  if (kernel.kind !== "map") return undefined;
  const depth = depthOf(kernel);
  const hosts = [...new Set(reads.flatMap((node) => producers.get(node) ?? []))].reverse();
  return hosts.find((host) => {
    if (host.kernel.space.join() !== kernel.space.join()) return false;
    const buffers = new Set([...host.reads, ...reads, ...host.writes, ...writes]);
    if (buffers.size > maxBuffers || host.depth + depth > NESTING_LIMIT) return false;
    const others = hosts.filter((other) => other !== host);
    return readsOnlyHere(kernel, (load) => host.writes.includes(reads[load.buffer])) &&
      !dependsOn(others, host);
  });
}

function depthOf(kernel: Kernel): number {
  const known = new Map<Expr, number>();
  return Math.max(0, ...valuesOf(kernel).map((value) => nestingOf(value, known)));
}

/** Whether some kernels depend on another, directly or not. */
function dependsOn(kernels: readonly GrowingKernel[], on: GrowingKernel): boolean {
  const seen = new Set<GrowingKernel>();
  const stack = [...kernels];
  while (stack.length > 0 && seen.size < SEARCH_LIMIT) {
    const kernel = stack.pop()!;
    if (kernel === on) return true;
    if (seen.has(kernel)) continue;
    seen.add(kernel);
    stack.push(...kernel.inputs);
  }
  return stack.length > 0;
}

/** Moves a map into its host: its stores become stores of the host. */
function absorb(host: GrowingKernel, { kernel, reads, writes }: KernelCall): void {
  const values = substitute(valuesOf(kernel), (load) => {
    const node = reads[load.buffer];
    const own = host.writes.indexOf(node);
    if (own >= 0) return host.values[own];
    return { ...load, buffer: placeIn(host.reads, node) };
  });
  host.values.push(...values);
  host.writes.push(...writes);
  host.names.push(kernel.name);
  host.depth += depthOf(kernel);
}

/** The nodes that a host still loads: what it computes itself it no longer reads back. */
const readsOf = ({ kernel, values, reads }: GrowingKernel): Node[] =>
  loadsOf([...bodiesOf(kernel), ...values]).map(({ buffer }) => reads[buffer]);

/** The finished kernel, which stores only what is read elsewhere. */
function finish(host: GrowingKernel, read: ReadonlySet<Node>): KernelCall {
  const kept = host.writes.map((_, i) => i).filter((i) => read.has(host.writes[i]));
  const bodies = bodiesOf(host.kernel);
  const reads: Node[] = [];
  const formulas = substitute([...bodies, ...kept.map((i) => host.values[i])], (load) => ({
    ...load,
    buffer: placeIn(reads, host.reads[load.buffer]),
  }));
  const shared = share(formulas);
  const stores = kept.map((i, k): Store => ({
    dtype: host.writes[i].dtype,
    value: shared[bodies.length + k],
  }));
  const kernel = {
    ...withBodies(host.kernel, shared),
    name: kernelName(host.names.flatMap((name) => name.split("+"))),
    loads: reads.map(({ dtype }) => dtype),
    stores,
  };
  return { kernel, reads, writes: kept.map((i) => host.writes[i]) };
}

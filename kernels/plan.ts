/**
 * From kernels to a program: gives every value a place in memory.
 *
 * Scratch slots are reused as soon as the last reader of a value has run. An output takes over the buffer of a donated
 * input where nobody reads that input later, so that a training step overwrites its own state.
 *
 * @module
 */
import { axisIndex, flatten, sameIndex } from "./indexing.ts";
import { type Node, sizeOf, topologicalOrder } from "./graph.ts";
import { type Kernel, visitExprs } from "./kernel.ts";
import { load } from "./scalar.ts";
import { type Call, fuse } from "./fuse.ts";
import type { Program, Slot, Step, Traits } from "./device.ts";

/** Compiles the graph under some outputs. `inputs` are the leaves it may read; `donated` says which it may overwrite. */
export function plan(
  outputs: readonly Node[],
  inputs: readonly Node[],
  traits: Traits,
  donated: ReadonlySet<number> = new Set(),
): Program {
  const merged = mergeEqual(outputs);
  const calls = fuse(merged, traits);
  const slots = new Map<Node, Slot>(
    inputs.map((node, number) => [node, { kind: "input", number }]),
  );
  const free = new Set(donated);

  // An input that is an output too, or a value that is asked for twice, is copied; unless the input was donated.
  const taken = new Set<Node>();
  const donors = new Map<Node, number>();
  const written = merged.map((node) => {
    const from = inputs.indexOf(node);
    if (!taken.has(node) && (from < 0 || free.delete(from))) {
      taken.add(node);
      if (from >= 0) donors.set(node, from);
      return node;
    }
    const copy = copyOf(node);
    calls.push(copy);
    return copy.writes;
  });

  const lastRead = new Map<Node, number>();
  calls.forEach((call, step) => call.reads.forEach((node) => lastRead.set(node, step)));
  const outputNumber = new Map(written.map((node, number) => [node, number]));
  const steps: Step[] = [];
  const scratch: number[] = [];
  const idle = new Set<number>();

  calls.forEach((call, step) => {
    const size = sizeOf(call.writes.shape);
    const endsHere = (node: Node) => lastRead.get(node) === step;
    const overwritable = (node: Node) => {
      const at = call.reads.indexOf(node);
      return at < 0 || readsInPlace(call.kernel, at);
    };
    const number = outputNumber.get(call.writes);
    if (number !== undefined) {
      const donor = [...free]
        .filter((i) =>
          sizeOf(inputs[i].shape) === size && inputs[i].dtype === call.writes.dtype &&
          (lastRead.get(inputs[i]) ?? -1) <= step && overwritable(inputs[i])
        )
        .sort((a, b) =>
          Number(call.reads.includes(inputs[b])) - Number(call.reads.includes(inputs[a]))
        )[0];
      if (donor === undefined) slots.set(call.writes, { kind: "output", number });
      else {
        free.delete(donor);
        donors.set(call.writes, donor);
        slots.set(call.writes, { kind: "input", number: donor });
      }
    } else {
      const inPlace = call.reads.find((node) =>
        slots.get(node)!.kind === "scratch" && endsHere(node) && overwritable(node) &&
        scratch[slots.get(node)!.number] === size
      );
      slots.set(
        call.writes,
        inPlace !== undefined ? slots.get(inPlace)! : claim(size, scratch, idle),
      );
    }
    const write = slots.get(call.writes)!;
    // (An output that took over an input is written to the input's slot.)
    if (size > 0) {
      steps.push({
        kernel: call.kernel,
        reads: call.reads.map((n) => slots.get(n)!),
        write,
      });
    }
    for (const node of call.reads) {
      const slot = slots.get(node)!;
      if (slot.kind === "scratch" && endsHere(node) && slot !== write) idle.add(slot.number);
    }
  });
  return {
    steps,
    inputs: inputs.map((node) => sizeOf(node.shape)),
    outputs: written.map((node) => ({ size: sizeOf(node.shape), donor: donors.get(node) })),
    scratch,
  };
}

/** Takes the idle scratch slot that fits best, else the largest, grown, else a new one. */
function claim(size: number, scratch: number[], idle: Set<number>): Slot {
  let best: number | undefined;
  for (const i of idle) {
    const fits = scratch[i] >= size;
    if (best === undefined) best = i;
    else if (fits !== scratch[best] >= size ? fits : fits === scratch[i] < scratch[best]) best = i;
  }
  if (best === undefined) best = scratch.push(size) - 1;
  idle.delete(best);
  scratch[best] = Math.max(scratch[best], size);
  return { kind: "scratch", number: best };
}

/** Whether the kernel reads a buffer only at the element that it is about to store, so that it may store over it. */
function readsInPlace(kernel: Kernel, buffer: number): boolean {
  const reads = (roots: Parameters<typeof visitExprs>[0]) => {
    const found: boolean[] = [];
    const here = flatten(kernel.space.map((size, axis) => axisIndex(axis, size)), kernel.space);
    visitExprs(roots, (expr) => {
      if (expr.kind === "load" && expr.buffer === buffer) found.push(sameIndex(expr.at, here));
    });
    return found;
  };
  if (kernel.kind === "map") return reads([kernel.value]).every(Boolean);
  const early = kernel.kind === "matmul"
    ? [kernel.a, kernel.b]
    : kernel.kind === "scatter"
    ? [kernel.row, kernel.body]
    : [kernel.body];
  return kernel.kind !== "scan" && kernel.kind !== "scatter" && reads(early).length === 0 &&
    reads([kernel.value]).every(Boolean);
}

function copyOf(node: Node): Call {
  const at = flatten(node.shape.map((size, axis) => axisIndex(axis, size)), node.shape);
  return {
    kernel: {
      kind: "map",
      name: "copy",
      space: node.shape,
      dtype: node.dtype,
      loads: [node.dtype],
      value: load(0, at, node.dtype),
    },
    reads: [node],
    writes: { ...node, inputs: [node], label: "copy" },
  };
}

/** The same graph with nodes that compute the same made one. */
function mergeEqual(roots: readonly Node[]): Node[] {
  const ids = new Map<Node, number>();
  const byKey = new Map<string, Node>();
  const merged = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => merged.get(input)!);
    let kept: Node = node;
    if (node.lowering.kind !== "leaf") {
      const key = `${node.label};${node.dtype};${node.shape};${inputs.map((n) => ids.get(n))}`;
      const known = byKey.get(key);
      if (known !== undefined) kept = known;
      else {
        if (inputs.some((input, i) => input !== node.inputs[i])) {
          const { shape, dtype, lowering, label } = node;
          kept = { shape, dtype, lowering, label, inputs };
        }
        byKey.set(key, kept);
      }
    }
    if (!ids.has(kept)) ids.set(kept, ids.size);
    merged.set(node, kept);
  }
  return roots.map((root) => merged.get(root)!);
}

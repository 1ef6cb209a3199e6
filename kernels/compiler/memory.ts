/**
 * From kernels to a program: gives every value a place in memory.
 *
 * Scratch slots are reused as soon as the last reader of a value has run. An output takes over the buffer of a donated
 * input where nobody reads that input later, so that a training step overwrites its own state.
 *
 * @module
 */
import { axisIndex, flatten, sameIndex } from "../indexing.ts";
import { type Node, sizeOf, topologicalOrder } from "../graph.ts";
import { bodiesOf, type Kernel, visitExprs } from "../kernel.ts";
import { type Expr, type Load, load } from "../scalar.ts";
import { type Call, fuse } from "./kernels_of.ts";
import { merge } from "./merge.ts";
import type { Program, Slot, Step, Traits } from "../device.ts";

/** Compiles the graph under some outputs. `inputs` are the leaves it may read; `donated` says which it may overwrite. */
export function plan(
  outputs: readonly Node[],
  inputs: readonly Node[],
  traits: Traits,
  donated: ReadonlySet<number> = new Set(),
): Program {
  const merged = mergeEqual(outputs);
  const calls = fuse(merged, traits);
  if (traits.fuses) {
    calls.splice(0, calls.length, ...merge(calls, new Set(merged), traits.maxBuffers));
  }
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
    return copy.writes[0];
  });

  const lastRead = new Map<Node, number>();
  calls.forEach((call, step) => call.reads.forEach((node) => lastRead.set(node, step)));
  const outputNumber = new Map(written.map((node, number) => [node, number]));
  const steps: Step[] = [];
  const scratch: number[] = [];
  const idle = new Set<number>();

  calls.forEach(({ kernel, reads, writes }, step) => {
    const size = sizeOf(kernel.space);
    const endsHere = (node: Node) => (lastRead.get(node) ?? -1) <= step;
    const overwritable = (node: Node) => {
      const at = reads.indexOf(node);
      return endsHere(node) && (at < 0 || readsInPlace(kernel, at));
    };
    /** The donated input whose place an output can take, one that this kernel reads if possible. */
    const donorFor = (node: Node) => {
      const fitting = [...free].filter((i) =>
        sizeOf(inputs[i].shape) === size && inputs[i].dtype === node.dtype &&
        overwritable(inputs[i])
      );
      return fitting.find((i) => reads.includes(inputs[i])) ?? fitting[0];
    };
    const reused = new Set<Slot>();
    /** The scratch slot of a value that is read here for the last time, to be overwritten element by element. */
    const slotToOverwrite = () => {
      const node = reads.find((node) => {
        const slot = slots.get(node)!;
        return slot.kind === "scratch" && !reused.has(slot) && scratch[slot.number] === size &&
          overwritable(node);
      });
      return node && slots.get(node);
    };
    for (const node of writes) {
      const number = outputNumber.get(node);
      const donor = number === undefined ? undefined : donorFor(node);
      if (donor !== undefined) {
        free.delete(donor);
        donors.set(node, donor);
        slots.set(node, { kind: "input", number: donor });
      } else if (number !== undefined) slots.set(node, { kind: "output", number });
      else {
        const slot = slotToOverwrite() ?? claim(size, scratch, idle);
        reused.add(slot);
        slots.set(node, slot);
      }
    }
    const slotOf = (node: Node) => slots.get(node)!;
    if (size > 0) steps.push({ kernel, reads: reads.map(slotOf), writes: writes.map(slotOf) });
    for (const node of [...reads, ...writes]) {
      const slot = slotOf(node);
      if (slot.kind !== "scratch" || !endsHere(node)) continue;
      if (!reads.includes(node) || !reused.has(slot)) idle.add(slot.number);
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
  if (kernel.kind === "scan" || kernel.kind === "scatter") return false;
  const here = flatten(kernel.space.map((size, axis) => axisIndex(axis, size)), kernel.space);
  const isRead = (expr: Expr) => expr.kind === "load" && expr.buffer === buffer;
  let inPlace = true;
  visitExprs(bodiesOf(kernel), (expr) => inPlace &&= !isRead(expr));
  visitExprs(kernel.stores.map(({ value }) => value), (expr) => {
    if (isRead(expr)) inPlace &&= sameIndex((expr as Load).at, here);
  });
  return inPlace;
}

function copyOf(node: Node): Call {
  const at = flatten(node.shape.map((size, axis) => axisIndex(axis, size)), node.shape);
  return {
    kernel: {
      kind: "map",
      name: "copy",
      space: node.shape,
      loads: [node.dtype],
      stores: [{ dtype: node.dtype, value: load(0, at, node.dtype) }],
    },
    reads: [node],
    writes: [{ ...node, inputs: [node], label: "copy" }],
  };
}

/** A view reads its first input; what else it names is there for its gradient alone. */
const readBy = ({ lowering, inputs }: Node): readonly Node[] =>
  lowering.kind === "map" && lowering.isView ? inputs.slice(0, 1) : inputs;

/** The same graph with nodes that compute the same made one. */
function mergeEqual(roots: readonly Node[]): Node[] {
  const ids = new Map<Node, number>();
  const byKey = new Map<string, Node>();
  const merged = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = readBy(node).map((input) => merged.get(input)!);
    let kept: Node = node;
    if (node.lowering.kind !== "leaf") {
      const key = `${node.label};${node.dtype};${node.shape};${inputs.map((n) => ids.get(n))}`;
      const known = byKey.get(key);
      if (known !== undefined) kept = known;
      else {
        if (node.inputs.some((input, i) => input !== inputs[i])) {
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

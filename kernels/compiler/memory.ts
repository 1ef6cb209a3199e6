/**
 * Step 6: every value gets a place in memory.
 *
 * A scratch slot is reused as soon as the last reader of its value has run. An output takes over
 * the buffer of a donated input that nobody reads later, so that a training step overwrites its own
 * state.
 *
 *     step       1    2    3    4
 *     s0        [a────a]  [c────c]      a is read last by step 2, so step 3 may store c there
 *     s1             [b────b]
 *
 * @module
 */
import type { Program, Slot, Step } from "../device.ts";
import { type Node, sizeOf } from "../graph.ts";
import { bodiesOf, type Kernel, loadsOf, outputIndex, readsOnlyHere } from "../kernel.ts";
import type { Load } from "../formula.ts";
import { load } from "../scalar.ts";
import type { KernelCall } from "./kernels_of.ts";

/**
 * The program of the kernels that compute the roots. `donated` holds the numbers of the inputs that
 * it may overwrite.
 */
export function placeInMemory(
  computed: readonly KernelCall[],
  inputs: readonly Node[],
  roots: readonly Node[],
  donated: ReadonlySet<number>,
): Program {
  const { outputs, copies, donors } = outputsOf(roots, inputs, donated);
  const calls = [...computed, ...copies];
  // The number of the last step that reads each node.
  const lastReads = new Map<Node, number>(
    calls.flatMap(({ reads }, step) => reads.map((node) => [node, step])),
  );
  const outputNumbers = new Map(outputs.map((node, number) => [node, number]));
  const slots = new Map<Node, Slot>(
    inputs.map((node, number) => [node, { kind: "input", number }]),
  );
  const slotOf = (node: Node) => slots.get(node)!;
  const scratch = new Scratch();
  const steps: Step[] = [];

  calls.forEach(({ kernel, reads, writes }, step) => {
    const size = sizeOf(kernel.space);
    for (const node of writes) slots.set(node, claimSlot(node));
    if (size > 0) steps.push({ kernel, reads: reads.map(slotOf), writes: writes.map(slotOf) });
    for (const node of new Set([...reads, ...writes])) {
      if (endsBy(node, step)) scratch.free(slotOf(node));
    }

    function claimSlot(node: Node): Slot {
      const number = outputNumbers.get(node);
      if (number === undefined) return scratch.claim(size);
      const donor = findDonor(node);
      if (donor === undefined) return { kind: "output", number };
      donors.set(node, donor);
      return { kind: "input", number: donor };
    }

    /**
     * The donated input whose buffer an output can take over; inputs that this kernel reads come
     * first.
     */
    function findDonor(output: Node): number | undefined {
      const taken = new Set(donors.values());
      const fitting = [...donated].filter((i) => {
        const input = inputs[i], at = reads.indexOf(input);
        return !taken.has(i) && sizeOf(input.shape) === size && input.dtype === output.dtype &&
          endsBy(input, step) && (at < 0 || readsInPlace(kernel, at));
      });
      return fitting.find((i) => reads.includes(inputs[i])) ?? fitting[0];
    }
  });
  return {
    steps,
    inputs: inputs.map((node) => sizeOf(node.shape)),
    outputs: outputs.map((node) => ({ size: sizeOf(node.shape), donor: donors.get(node) })),
    scratch: scratch.sizes,
  };

  /** Whether no kernel reads a value after a step. */
  function endsBy(node: Node, step: number): boolean {
    return (lastReads.get(node) ?? -1) <= step;
  }
}

/**
 * The nodes of the outputs, a different one for each, since each output has its own buffer. A root
 * that is an input is copied unless it was donated; a root that occurs twice is copied the second
 * time.
 */
function outputsOf(roots: readonly Node[], inputs: readonly Node[], donated: ReadonlySet<number>) {
  const outputs: Node[] = [];
  const copies: KernelCall[] = [];
  const donors = new Map<Node, number>();
  for (const root of roots) {
    const input = inputs.indexOf(root);
    if (!outputs.includes(root) && (input < 0 || donated.has(input))) {
      if (input >= 0) donors.set(root, input);
      outputs.push(root);
    } else {
      copies.push(copyOf(root));
      outputs.push(copies.at(-1)!.writes[0]);
    }
  }
  return { outputs, copies, donors };
}

function copyOf(node: Node): KernelCall {
  return {
    kernel: {
      kind: "map",
      name: "copy",
      space: node.shape,
      loads: [node.dtype],
      stores: [{ dtype: node.dtype, value: load(0, outputIndex(node.shape), node.dtype) }],
    },
    reads: [node],
    writes: [{ ...node, inputs: [node], label: "copy" }],
  };
}

/** The scratch slots of a program: how large each must be, and which are idle. */
class Scratch {
  readonly sizes: number[] = [];
  readonly #idle = new Set<number>();

  /**
   * Takes the smallest idle slot that is large enough, else the largest, which grows, else a new
   * one.
   */
  claim(size: number): Slot {
    const { sizes } = this;
    let best: number | undefined;
    for (const i of this.#idle) {
      const fits = sizes[i] >= size;
      if (best === undefined) best = i;
      else if (fits !== sizes[best] >= size ? fits : fits === sizes[i] < sizes[best]) best = i;
    }
    best ??= sizes.push(size) - 1;
    this.#idle.delete(best);
    sizes[best] = Math.max(sizes[best], size);
    return { kind: "scratch", number: best };
  }

  /** Makes a slot idle; the slots of inputs and outputs are never reused. */
  free({ kind, number }: Slot): void {
    if (kind === "scratch") this.#idle.add(number);
  }
}

/**
 * Whether a kernel reads a buffer only at the element that it is about to store, so that it may
 * store over it.
 */
function readsInPlace(kernel: Kernel, buffer: number): boolean {
  if (kernel.kind === "scan" || kernel.kind === "scatter") return false;
  const isRead = (load: Load) => load.buffer === buffer;
  return !loadsOf(bodiesOf(kernel)).some(isRead) && readsOnlyHere(kernel, isRead);
}

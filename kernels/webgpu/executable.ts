/**
 * Programs on a GPU: every step has its pipeline and bind groups ready, so that a run only records dispatches, in one
 * pass, and submits them at once.
 *
 * @module
 */
import type { Executable, Program, Slot, Step } from "../device.ts";
import type { Kernel } from "../kernel.ts";
import { emit } from "./emitter.ts";
import type { Memory, Pool } from "./memory.ts";
import type { Pipelines } from "./pipelines.ts";
import { partsOf, split } from "./reduce.ts";
import type { Bindings } from "./shader.ts";

/** One dispatch. */
interface Launch {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly grid: readonly [number, number];
  /** What is bound, the outputs first. */
  readonly slots: readonly Slot[];
  /** The bind groups of the last few sets of buffers, by their ids. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** Results come from a pool, so a loop meets the same few sets of buffers again. */
const GROUPS_KEPT = 8;

/** Compiles a program, and takes its scratch memory. A run is given the memory of its inputs and outputs. */
export function compileProgram(
  device: GPUDevice,
  pipelines: Pipelines,
  pool: Pool,
  program: Program,
): {
  run(inputs: readonly Memory[], outputs: readonly Memory[]): void;
  free: Executable["free"];
} {
  const scratchSizes = [...program.scratch];
  const launches: Launch[] = [];
  const launch = (step: Step, parts: number) => {
    const { bindings, slots } = bind(step, program);
    const shader = emit(step.kernel, bindings, parts);
    const compiled = pipelines.get(shader, slots.length, step.writes.length);
    const { kernel } = step;
    launches.push({ kernel, ...compiled, grid: shader.grid, slots, groups: new Map() });
  };
  for (const step of program.steps) {
    const { kernel, reads, writes } = step;
    const outputs = sizeOf(kernel);
    if (outputs === 0) continue;
    const parts = kernel.kind === "reduce" ? partsOf(kernel) : 1;
    if (kernel.kind !== "reduce" || parts === 1) launch(step, 1);
    else {
      const [first, second] = split(kernel, parts);
      const partial: Slot = { kind: "scratch", number: scratchSizes.push(outputs * parts) - 1 };
      launch({ kernel: first, reads, writes: [partial] }, parts);
      launch({ kernel: second, reads: [...reads, partial], writes }, 1);
    }
  }

  const scratch = scratchSizes.map((size) => pool.take(size * 4));
  const groupOf = (launch: Launch, memories: Record<Slot["kind"], readonly Memory[]>) => {
    const bound = launch.slots.map(({ kind, number }) => memories[kind][number]);
    const key = bound.map(({ id }) => id).join();
    let group = launch.groups.get(key);
    if (group === undefined) {
      if (new Set(bound).size !== bound.length) {
        throw new TypeError(
          `Cannot run ${launch.kernel.name}: two of its buffers are the same memory`,
        );
      }
      const entries = bound.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
      group = device.createBindGroup({ layout: launch.layout, entries });
      if (launch.groups.size === GROUPS_KEPT) {
        launch.groups.delete(launch.groups.keys().next().value!);
      }
      launch.groups.set(key, group);
    }
    return group;
  };

  return {
    run(inputs, outputs) {
      if (launches.length === 0) return;
      const memories = { input: inputs, output: outputs, scratch };
      const groups = launches.map((launch) => groupOf(launch, memories));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      launches.forEach(({ pipeline, grid }, i) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groups[i]);
        pass.dispatchWorkgroups(...grid);
      });
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    free() {
      for (const memory of scratch.splice(0)) pool.give(memory);
      launches.length = 0;
    },
  };
}

const sizeOf = ({ space }: Kernel): number => space.reduce((n, d) => n * d, 1);

/** Gives every load a binding: loads from one slot share theirs, and those from a slot that is written have its. */
function bind({ reads, writes }: Step, program: Program): { bindings: Bindings; slots: Slot[] } {
  const slots: Slot[] = [];
  const bindingOf = (slot: Slot) => {
    const home = homeOf(slot, program);
    const known = slots.findIndex((s) => s.kind === home.kind && s.number === home.number);
    return known >= 0 ? known : slots.push(home) - 1;
  };
  writes.forEach(bindingOf);
  return { bindings: reads.map(bindingOf), slots };
}

/** An output that takes over an input is the same memory. */
function homeOf(slot: Slot, program: Program): Slot {
  const donor = slot.kind === "output" ? program.outputs[slot.number].donor : undefined;
  return donor === undefined ? slot : { kind: "input", number: donor };
}

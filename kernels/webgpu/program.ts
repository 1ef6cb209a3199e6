/**
 * Programs on a GPU. Pipelines and bind groups of all steps are prepared, so a run only records the
 * dispatches, in one pass, and submits them at once.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import type { Executable, Program, Slot, Step } from "../device.ts";
import type { Kernel } from "../kernel.ts";
import { remember } from "../remember.ts";
import { launchesOf } from "./emit/launches.ts";
import type { BufferPool, Memory } from "./memory.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Bindings } from "./wgsl/shader.ts";
import { Clock, MOST_TIMED } from "./clock.ts";
import type { Machine } from "./emit/variants.ts";

/** An executable that can also tell how long each step takes on the GPU. */
export interface TimedExecutable extends Executable<Memory> {
  /** Runs the program, and gives the nanoseconds of each step. */
  time(inputs: readonly Memory[], outputs: readonly Memory[]): Promise<number[]>;
}

/** One dispatch. */
interface Dispatch {
  readonly kernel: Kernel;
  /** The number of the step that it belongs to. */
  readonly of: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly grid: readonly [number, number];
  /** The slots that are bound, the outputs first. */
  readonly slots: readonly Slot[];
  /** The bind groups of the last few sets of buffers, by their ids. */
  readonly groups: Map<string, GPUBindGroup>;
}

/**
 * The number of bind groups to keep. Results come from a pool, so a loop with eight reads under way
 * meets the same eight sets of buffers again and again.
 */
const GROUPS_KEPT = 32;

/**
 * Compiles a program and allocates its scratch memory. A run takes the memory of inputs and
 * outputs.
 */
export function compileProgram(
  pipelines: Pipelines,
  pool: BufferPool,
  { choose, mostTurns }: Machine,
  program: Program,
): TimedExecutable {
  const { device } = pipelines;
  const scratchSizes = [...program.scratch];
  const between = (size: number): Slot => ({
    kind: "scratch",
    number: scratchSizes.push(size) - 1,
  });
  const launches: Dispatch[] = [];
  for (const [of, whole] of program.steps.entries()) {
    if (sizeOf(whole.kernel.space) === 0) continue;
    for (const { step, turns, emit } of launchesOf(whole, choose, between)) {
      if (turns > mostTurns) {
        throw new RangeError(
          `Cannot compute ${whole.kernel.name} [${whole.kernel.space}] on this adapter: a thread ` +
            `would loop ${turns} times, and Mesa's llvmpipe stops loops after ${mostTurns}`,
        );
      }
      const { bindings, slots } = bind(step);
      const shader = emit(bindings);
      const compiled = pipelines.get(shader, slots.length, step.writes.length);
      const { kernel } = step;
      launches.push({ kernel, of, ...compiled, grid: shader.grid, slots, groups: new Map() });
    }
  }

  const scratch = scratchSizes.map((size) => pool.allocate(size * 4));
  const groupOf = (
    { kernel, layout, slots, groups }: Dispatch,
    memories: Record<Slot["kind"], readonly Memory[]>,
  ) => {
    const bound = slots.map(({ kind, number }) => memories[kind][number]);
    return remember(groups, bound.map(({ id }) => id).join(), () => {
      if (new Set(bound).size !== bound.length) {
        throw new TypeError(`Cannot run ${kernel.name}: two of its arguments share one buffer`);
      }
      if (groups.size === GROUPS_KEPT) groups.delete(groups.keys().next().value!);
      const entries = bound.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
      return device.createBindGroup({ layout, entries });
    });
  };

  const groupsOf = (inputs: readonly Memory[], outputs: readonly Memory[]) =>
    launches.map((launch) => groupOf(launch, { input: inputs, output: outputs, scratch }));
  const dispatch = (
    pass: GPUComputePassEncoder,
    { pipeline, grid }: Dispatch,
    group: GPUBindGroup,
  ) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...grid);
  };

  return {
    run(inputs, outputs) {
      if (launches.length === 0) return;
      const groups = groupsOf(inputs, outputs);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      launches.forEach((launch, i) => dispatch(pass, launch, groups[i]));
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    async time(inputs, outputs) {
      const groups = groupsOf(inputs, outputs);
      const times = program.steps.map(() => 0);
      for (let first = 0; first < launches.length; first += MOST_TIMED) {
        const timed = launches.slice(first, first + MOST_TIMED);
        const clock = new Clock(device, timed.length);
        try {
          const encoder = device.createCommandEncoder();
          timed.forEach((launch, i) => {
            const pass = encoder.beginComputePass({ timestampWrites: clock.around(i) });
            dispatch(pass, launch, groups[first + i]);
            pass.end();
          });
          clock.resolve(encoder);
          device.queue.submit([encoder.finish()]);
          (await clock.read()).forEach((time, i) => times[timed[i].of] += time);
        } finally {
          clock.close();
        }
      }
      return times;
    },
    free() {
      for (const memory of scratch.splice(0)) pool.free(memory);
      launches.length = 0;
    },
  };
}

/**
 * Gives every load a binding. Loads from one slot share a binding, and a load from a slot that is
 * written has the binding of that output.
 */
export function bind({ reads, writes }: Step): { bindings: Bindings; slots: Slot[] } {
  const slots: Slot[] = [];
  const bindingOf = ({ kind, number }: Slot) => {
    const known = slots.findIndex((slot) => slot.kind === kind && slot.number === number);
    return known >= 0 ? known : slots.push({ kind, number }) - 1;
  };
  writes.forEach(bindingOf);
  return { bindings: reads.map(bindingOf), slots };
}

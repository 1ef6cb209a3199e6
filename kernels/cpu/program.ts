/**
 * From a program to a WebAssembly module. The module has a function for each distinct phase of a
 * kernel, and one for each *part* of the program, which calls phases in order.
 *
 * A phase with enough work is a part of its own, cut into chunks that threads can do at the same
 * time. All phases between two such parts form one part of one chunk. The chunks, and so the
 * results, do not depend on the number of threads.
 *
 * @module
 */
import type { Program, Slot } from "../device.ts";
import { type Code, FunctionBuilder } from "./wasm/assembler.ts";
import { ModuleBuilder } from "./wasm/module.ts";
import { emit } from "./emit/emitter.ts";
import { type Bound, pushBound } from "./emit/nest.ts";
import type { Phase } from "./emit/phase.ts";
import type { Part } from "./threads/threads.ts";

/**
 * A module with a function for each part of a program. The functions find the addresses of inputs
 * and outputs in memory, at `slots`.
 */
export interface CompiledProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly parts: readonly Part[];
  /**
   * Bytes of scratch memory that all threads share. The memory of each thread, `own` bytes,
   * follows.
   */
  readonly scratch: number;
  readonly own: number;
}

const alignment = 64;
/** Vectors may be read past the end of a scratch buffer. */
const slack = 32;
const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** The work of a chunk in nanoseconds: many times what it takes to hand a chunk to a thread. */
const chunkTime = 12_000;
/** A phase is divided from this many nanoseconds of work on. */
const worthwhile = 2 * chunkTime;
const maximumChunks = 64;

/** The number of units of a phase in a chunk. */
function unitsPerChunk({ units, granule, time }: Phase): number {
  if (time < worthwhile) return units;
  const chunks = Math.min(maximumChunks, Math.round(time / chunkTime));
  return Math.ceil(units / chunks / granule) * granule;
}

/** The parameters of a part. */
const given = { begin: 0, end: 1, slots: 2, scratch: 3, thread: 4 } as const;

/** Collects the phases of a program into parts. */
class Parts {
  readonly parts: Part[] = [];
  #serial: FunctionBuilder | undefined;
  #time = 0;

  constructor(readonly module: ModuleBuilder) {}

  /** Adds a phase; `call` appends its call for the units from and up to two bounds. */
  add(phase: Phase, call: (code: Code, from: Bound, to: Bound) => void): void {
    const { units, time } = phase;
    const share = unitsPerChunk(phase);
    if (share >= units) {
      this.#serial ??= new FunctionBuilder("serial", 5);
      this.#time += time;
      call(this.#serial.code, { constant: 0 }, { constant: units });
      return;
    }
    this.finish();
    const fn = new FunctionBuilder("parallel", 5);
    const from = fn.local("i32"), to = fn.local("i32");
    fn.code.get(given.begin).i32(share).op("i32.mul").set(from);
    fn.code.get(given.end).i32(share).op("i32.mul").tee(to).i32(units);
    fn.code.get(to).i32(units).op("i32.lt_u").op("select").set(to);
    call(fn.code, { local: from }, { local: to });
    this.#push(fn, { chunks: Math.ceil(units / share), time });
  }

  /** Ends the part that is under way. */
  finish(): void {
    if (this.#serial === undefined) return;
    this.#push(this.#serial, { chunks: 1, time: this.#time });
    this.#serial = undefined;
    this.#time = 0;
  }

  #push(fn: FunctionBuilder, part: Part): void {
    this.module.export(`part${this.parts.push(part) - 1}`, this.module.add(fn));
  }
}

/** Writes the module of a program. @param shared whether its memory is one that threads share */
export function compileProgram(program: Program, shared: boolean): CompiledProgram {
  const offsets: number[] = [];
  let used = 0;
  for (const size of program.scratch) {
    offsets.push(used);
    used += align(4 * size + slack);
  }
  const steps = program.steps.map((step) => {
    const { kernel, reads, writes } = step;
    return { writes, reads, ...emit(kernel, reads.map((slot) => sizeOf(slot))) };
  });
  const scratch = used + steps.reduce((most, step) => Math.max(most, align(step.scratch)), 0);
  const own = steps.reduce((most, step) => Math.max(most, align(step.own)), 0);

  function sizeOf({ kind, number }: Slot): number {
    if (kind === "scratch") return program.scratch[number];
    return kind === "input" ? program.inputs[number] : program.outputs[number].size;
  }
  const pushSlot = (code: Code, { kind, number }: Slot) => {
    if (kind === "scratch") code.get(given.scratch).i32(offsets[number]).op("i32.add");
    else {
      const place = kind === "input" ? number : program.inputs.length + number;
      code.get(given.slots).memory("i32.load", 4 * place);
    }
  };
  const module = new ModuleBuilder();
  const parts = new Parts(module);
  for (const { phases, writes, reads } of steps) {
    for (const phase of phases) {
      const index = module.add(phase.fn);
      parts.add(phase, (code, from, to) => {
        for (const bound of [from, to]) pushBound(code, bound);
        code.get(given.scratch).i32(used).op("i32.add");
        code.get(given.thread).i32(own).op("i32.mul").i32(scratch).op("i32.add");
        code.get(given.scratch).op("i32.add");
        for (const slot of [...writes, ...reads]) pushSlot(code, slot);
        code.op("call", index);
      });
    }
  }
  parts.finish();
  return { bytes: module.finish(shared), parts: parts.parts, scratch, own };
}

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
import { align, blockLength } from "./memory.ts";
import { pushLesser } from "./emit/nest.ts";
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

/** Writes the module of a program. @param shared whether its memory is one that threads share */
export function compileProgram(program: Program, shared: boolean): CompiledProgram {
  const { scratch: buffers, inputs: input } = program;
  const sizes = { scratch: buffers, input, output: program.outputs.map(({ size }) => size) };
  let used = 0;
  const offsets = buffers.map((size) => {
    used += blockLength(4 * size);
    return used - blockLength(4 * size);
  });
  const steps = program.steps.map(({ kernel, reads, writes }) => ({
    slots: [...writes, ...reads],
    ...emit(kernel, reads.map(({ kind, number }) => sizes[kind][number])),
  }));
  const most = (bytes: "scratch" | "own") =>
    Math.max(0, ...steps.map((step) => align(step[bytes] ?? 0)));
  const scratch = used + most("scratch");
  const own = most("own");
  const pushSlot = (code: Code, { kind, number }: Slot) => {
    if (kind === "scratch") code.get(given.scratch).i32(offsets[number]).op("i32.add");
    else {
      const place = kind === "input" ? number : input.length + number;
      code.get(given.slots).memory("i32.load", 4 * place);
    }
  };
  const module = new ModuleBuilder();
  const parts: { fn: FunctionBuilder; chunks: number; time: number }[] = [];
  for (const { phases, slots } of steps) {
    for (const phase of phases) {
      const { units, time } = phase;
      const share = unitsPerChunk(phase);
      const chunks = share < units ? Math.ceil(units / share) : 1;
      if (chunks > 1 || parts.at(-1)?.chunks !== 1) {
        const fn = new FunctionBuilder(chunks > 1 ? "parallel" : "serial", 5);
        parts.push({ fn, chunks, time: 0 });
      }
      const part = parts.at(-1)!;
      part.time += time;
      const { fn, fn: { code } } = part;
      if (chunks === 1) code.i32(0).i32(units);
      else {
        code.get(given.begin).i32(share).op("i32.mul").get(given.end).i32(share).op("i32.mul");
        pushLesser(code, fn.local("i32"), { constant: units });
      }
      code.get(given.scratch).i32(used).op("i32.add");
      code.get(given.thread).i32(own).op("i32.mul").i32(scratch).op("i32.add");
      code.get(given.scratch).op("i32.add");
      for (const slot of slots) pushSlot(code, slot);
      code.op("call", module.add(phase.fn));
    }
  }
  parts.forEach(({ fn }, i) => module.export(`part${i}`, module.add(fn)));
  return { bytes: module.finish(shared), parts, scratch, own };
}

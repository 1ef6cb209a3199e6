/**
 * From a program to a WebAssembly module: a function for every distinct kernel, and one that calls them in order.
 *
 * @module
 */
import type { Program, Slot } from "../device.ts";
import { FunctionBuilder, ModuleBuilder } from "./assembler.ts";
import { emit } from "./emitter.ts";

/** A module that exports `run(slots, scratch)`: where the addresses of inputs, then outputs, lie, and scratch memory. */
export interface CompiledProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of scratch memory. */
  readonly scratch: number;
}

const alignment = 64;
/** Vectors may be read past the end of a scratch buffer. */
const slack = 32;
const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Writes the module of a program. */
export function compileProgram(program: Program): CompiledProgram {
  const offsets: number[] = [];
  let used = 0;
  for (const size of program.scratch) {
    offsets.push(used);
    used += align(4 * size + slack);
  }
  const module = new ModuleBuilder();
  const main = new FunctionBuilder("run", 2);
  const { code } = main;
  const pushSlot = ({ kind, number }: Slot) => {
    if (kind === "scratch") code.get(1).i32(offsets[number]).op("i32.add");
    else {
      const place = kind === "input" ? number : program.inputs.length + number;
      code.get(0).memory("i32.load", 4 * place);
    }
  };
  const sizeOfSlot = ({ kind, number }: Slot): number =>
    kind === "scratch"
      ? program.scratch[number]
      : kind === "input"
      ? program.inputs[number]
      : program.outputs[number].size;

  let kernelScratch = 0;
  for (const { kernel, reads, writes } of program.steps) {
    const { phases, scratch } = emit(kernel, reads.map(sizeOfSlot));
    kernelScratch = Math.max(kernelScratch, scratch);
    for (const { fn, units } of phases) {
      code.i32(0).i32(units).get(1).i32(used).op("i32.add");
      writes.forEach(pushSlot);
      reads.forEach(pushSlot);
      code.call(module.add(fn));
    }
  }
  return { bytes: module.finish(module.add(main), "run"), scratch: used + kernelScratch };
}

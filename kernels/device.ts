/**
 * The interface of a device: it owns buffers and runs programs. It knows no ops and no gradients.
 *
 * @module
 */
import type { Kernel } from "./kernel.ts";
import type { DType } from "./formula.ts";

/** The contents of a buffer on the host. float32 is Float64Array on the reference device; bool is one byte, 0 or 1. */
export type Data = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** What helps where a device has no memory left. What nobody can reach any more is freed only while a read is awaited. */
export const FREEING =
  "dispose of tensors, donate arguments of jitted functions, or await a read now and then";

/** A piece of a device's memory, of at least `size` elements of four bytes. */
export interface Buffer {
  readonly device: Device;
  readonly size: number;
  /** Gives the memory back; the buffer must not be used again. Doing it twice is harmless. */
  free(): void;
}

/**
 * Where a kernel reads or writes: inputs of the program, its outputs, or scratch memory that lives only while it runs. An
 * output that took over an input goes by the input's slot.
 */
export interface Slot {
  readonly kind: "input" | "output" | "scratch";
  readonly number: number;
}

/**
 * A kernel and the buffers it works on, a slot for each load and each store. A kernel may read a slot that it writes: then
 * it reads there only the element that it is about to overwrite.
 */
export interface Step {
  readonly kernel: Kernel;
  readonly reads: readonly Slot[];
  readonly writes: readonly Slot[];
}

/** A list of kernels with its buffers. Empty outputs have no step. */
export interface Program {
  readonly steps: readonly Step[];
  /** Sizes in elements of the inputs. */
  readonly inputs: readonly number[];
  /** Sizes in elements of the outputs; `donor` is the input whose buffer the output takes over. */
  readonly outputs: readonly { readonly size: number; readonly donor?: number }[];
  /** Sizes in elements of the scratch slots. */
  readonly scratch: readonly number[];
}

/** A program on a device. */
export interface Executable {
  /**
   * Runs the program, or queues it: returns at once, and errors of the device may surface when a buffer is read. Where an
   * output takes over an input, both lists hold the same buffer.
   */
  run(inputs: readonly Buffer[], outputs: readonly Buffer[]): void;
  /** Gives back what the executable holds on the device. */
  free(): void;
}

/** What the compiler must respect on a device. */
export interface Traits {
  /** Whether to fold ops into their consumers. The reference device runs one op a kernel. */
  readonly fuses: boolean;
  /** How many buffers one kernel may touch, the outputs included. */
  readonly maxBuffers: number;
}

/**
 * A device. A GPU may hide NaN, since WGSL lets compilers assume that there is none: on Mesa x − x and x · 0 are 0 even for
 * infinite and NaN x. `isNaN` and comparisons look at bits, so they are right about a number that was read from a buffer.
 */
export interface Device {
  /** Which kind of device it is. */
  readonly name: "reference" | "cpu" | "webgpu";
  /** A sentence about the hardware behind it. */
  readonly description: string;
  /**
   * What the compiler must respect.
   *
   * @internal
   */
  readonly traits: Traits;
  /**
   * Memory of `size` elements, contents undefined. Throws RangeError where the device has not enough.
   *
   * @internal
   */
  allocate(size: number): Buffer;
  /**
   * Copies host data of the buffer's size into it; float32 may come as Float32Array or Float64Array.
   *
   * @internal
   */
  write(buffer: Buffer, data: Data, dtype: DType): void;
  /**
   * Copies the first `size` elements out, once all that was queued before is done.
   *
   * @internal
   */
  read(buffer: Buffer, size: number, dtype: DType): Promise<Data>;
  /**
   * The same at once, on devices that never make one wait.
   *
   * @internal
   */
  readNow?(buffer: Buffer, size: number, dtype: DType): Data;
  /**
   * Compiles a program.
   *
   * @internal
   */
  compile(program: Program): Executable;
  /** Bytes held by buffers that were not freed, and by pools. */
  bytesInUse(): number;
  /**
   * The most bytes that it can hold, in all and in one buffer; Infinity where that is not known.
   *
   * @internal
   */
  readonly capacity: { readonly total: number; readonly buffer: number };
  /** Gives everything back. */
  close(): void;
}

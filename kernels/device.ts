/**
 * The interface of a device: it owns buffers and runs programs. It knows no ops and no gradients.
 *
 * @module
 */
import type { Kernel } from "./kernel.ts";
import type { DType } from "./formula.ts";

/**
 * The contents of a buffer on the host. float32 is Float64Array on the reference device; bool is
 * one byte, 0 or 1.
 */
export type Data = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/**
 * What users can do where a device has no memory left. Tensors that nobody can reach are freed only
 * during an awaited read.
 */
export const FREEING =
  "dispose of tensors, donate arguments of jitted functions, or await a read now and then";

/** A piece of a device's memory, of at least `size` elements of four bytes. */
export interface Buffer {
  /** The device whose memory it is. */
  readonly device: Device;
  /** The number of elements. */
  readonly size: number;
  /** Gives the memory back. The buffer must not be used again; a second call does nothing. */
  free(): void;
}

/**
 * Where a kernel reads or writes: an input of the program, an output, or scratch memory, which
 * lives only while the program runs. An output that took over a donated input has the slot of that
 * input.
 */
export interface Slot {
  /** Which list of buffers it counts along. */
  readonly kind: "input" | "output" | "scratch";
  /** Its number in that list, from 0. */
  readonly number: number;
}

/**
 * A kernel and its buffers: a slot for each load and each store. A kernel that reads a slot which
 * it also writes reads there only the element that it is about to overwrite.
 */
export interface Step {
  /** The kernel. */
  readonly kernel: Kernel;
  /** The buffers of its loads. */
  readonly reads: readonly Slot[];
  /** The buffers of its stores. */
  readonly writes: readonly Slot[];
}

/** A list of kernels with its buffers. Empty outputs have no step. */
export interface Program {
  /** The kernels, in the order in which they run. */
  readonly steps: readonly Step[];
  /** Sizes in elements of the inputs. */
  readonly inputs: readonly number[];
  /** Sizes in elements of the outputs; `donor` is the input whose buffer the output takes over. */
  readonly outputs: readonly { readonly size: number; readonly donor?: number }[];
  /** Sizes in elements of the scratch slots. */
  readonly scratch: readonly number[];
}

/** A program on a device, which runs on buffers of the kind B. */
export interface Executable<B = Buffer> {
  /**
   * Runs or queues the program and returns at once; errors of the device may surface when a buffer
   * is read. Where an output takes over an input, both lists hold the same buffer.
   */
  run(inputs: readonly B[], outputs: readonly B[]): void;
  /** Frees what the executable holds on the device. */
  free(): void;
}

/** What the compiler must respect on a device. */
export interface Traits {
  /** Whether to fold ops into their consumers. The reference device runs one op a kernel. */
  readonly fuses: boolean;
  /** The number of buffers that one kernel may touch, outputs included. */
  readonly maxBuffers: number;
}

/**
 * A device. A GPU may hide NaN, since WGSL lets compilers assume that there is none: on Mesa x − x
 * and x · 0 are 0 even for infinite and NaN x. `isNaN` and comparisons look at bits, so they are
 * right about a number that was read from a buffer.
 */
export interface Device {
  /** Which kind of device it is. */
  readonly name: "reference" | "cpu" | "webgpu";
  /** A sentence about the hardware behind it. */
  readonly description: string;
  /** What the compiler must respect. */
  readonly traits: Traits;
  /**
   * Memory of `size` elements, contents undefined. Throws RangeError where the device has not
   * enough.
   */
  allocate(size: number): Buffer;
  /**
   * Copies host data of the buffer's size into it; float32 may come as Float32Array or
   * Float64Array.
   */
  write(buffer: Buffer, data: Data, dtype: DType): void;
  /** Copies the first `size` elements out, after all programs that were queued before. */
  read(buffer: Buffer, size: number, dtype: DType): Promise<Data>;
  /** Reads without waiting, on devices that can. */
  readNow?(buffer: Buffer, size: number, dtype: DType): Data;
  /** Compiles a program. */
  compile(program: Program): Executable;
  /** Bytes held by buffers that were not freed, and by pools. */
  bytesInUse(): number;
  /**
   * The largest number of bytes that it can hold, in all and in one buffer; Infinity where that is
   * unknown.
   */
  readonly capacity: { readonly total: number; readonly buffer: number };
  /** Frees everything that the device holds. */
  close(): void;
}

/**
 * The cpu device: each program becomes a WebAssembly module with SIMD instructions.
 *
 * @module
 */
import type { Buffer, Data, Device, Executable, Program, Traits } from "../device.ts";
import type { DType } from "../formula.ts";
import { HeldBuffer, ownBuffer } from "../held_buffer.ts";
import { maximumPages, minimumPages } from "./wasm/module.ts";
import { Heap } from "./memory.ts";
import { type RunnableProgram, Threads } from "./threads/threads.ts";
import { compileProgram } from "./program.ts";
import { canShare } from "./threads/start.ts";
import type { Run } from "./threads/worker.ts";

/** Options of a cpu device. */
export interface CpuOptions {
  /** The most memory that the device may take, in bytes: 4 GiB unless given, and never more. */
  readonly maximumBytes?: number;
  /**
   * The number of threads, at most 16; unless given, the number of processors. Results do not
   * depend on it. Where memory cannot be shared, as in a page that is not isolated, the device has
   * one thread.
   */
  readonly threads?: number;
}

const mostThreads = 16;

/**
 * Opens a device of its own memory.
 *
 * @throws {RangeError} where an option is out of range, or no memory is left; {Error} where
 * WebAssembly is forbidden.
 */
export function openCpu(options: CpuOptions = {}): CpuDevice {
  const { maximumBytes = 2 ** 32 } = options;
  const processors = globalThis.navigator?.hardwareConcurrency ?? 1;
  const { threads = Math.min(mostThreads, processors) } = options;
  const pages = Math.floor(maximumBytes / 65536);
  if (!(pages >= minimumPages && pages <= maximumPages)) {
    throw new RangeError(
      `Cannot open a cpu device of ${maximumBytes} bytes: 1 MiB to 4 GiB are possible`,
    );
  }
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) {
    throw new RangeError(
      `Cannot open a cpu device of ${threads} threads: 1 to ${mostThreads} are possible`,
    );
  }
  requireWebAssembly();
  return new CpuDevice(pages, canShare ? threads : 1);
}

/** Programs are compiled late, so a page that forbids WebAssembly must hear of it here. */
function requireWebAssembly(): void {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)); // without contents
  } catch (error) {
    throw new Error(
      "Cannot open a cpu device: WebAssembly does not compile here; the Content-Security-Policy of a page must have " +
        `'wasm-unsafe-eval' in its script-src (${error instanceof Error ? error.message : error})`,
    );
  }
}

/** A block of the memory of a device. */
class CpuBuffer extends HeldBuffer<number> {
  /** The address in memory, in bytes. */
  get address(): number {
    return this.memory;
  }
}

/**
 * Ends the threads of devices that were forgotten without `close`: threads keep the memory alive.
 */
const forgotten = new FinalizationRegistry<Threads>((workers) => workers.close());

/** A cpu device. */
export class CpuDevice implements Device {
  readonly name = "cpu";
  readonly traits: Traits = { fuses: true, maxBuffers: 64 };
  #heap: Heap | undefined;
  #scratch = { address: -1, bytes: 0 };

  /** The other threads; undefined where the device has only one. */
  readonly workers: Threads | undefined;

  constructor(pages: number, readonly threads: number) {
    this.#heap = new Heap(pages, threads > 1);
    if (threads === 1) return;
    this.workers = new Threads(this.#heap.memory, threads - 1);
    forgotten.register(this, this.workers);
  }

  /** Gives the number of threads that have started. They start after some work. */
  get description(): string {
    const { threads, workers } = this;
    const started = 1 + (workers?.ready ?? 0);
    const before = started === threads ? "" : workers?.isAwake ? `${started} of ` : "up to ";
    return `WebAssembly SIMD, ${before}${threads} thread${threads === 1 ? "" : "s"}`;
  }

  get heap(): Heap {
    if (this.#heap === undefined) throw new Error("Cannot use the cpu device: it was closed");
    return this.#heap;
  }

  /** The address of the memory that programs share while they run. */
  get scratch(): number {
    return this.#scratch.address;
  }

  /** Makes the shared scratch memory as large as a program needs. */
  reserve(bytes: number): void {
    if (bytes <= this.#scratch.bytes) return;
    if (this.#scratch.bytes > 0) this.heap.free(this.#scratch.address);
    this.#scratch = { address: -1, bytes: 0 };
    this.#scratch = { address: this.heap.allocate(bytes), bytes };
  }

  /** Gives memory back. A closed device has none. */
  free(address: number): void {
    this.#heap?.free(address);
  }

  allocate(size: number): Buffer {
    const address = this.heap.allocate(4 * size);
    return new CpuBuffer(this, size, address, () => this.free(address));
  }

  own(buffer: Buffer): CpuBuffer {
    return ownBuffer<number>(this, buffer) as CpuBuffer;
  }

  write(buffer: Buffer, data: Data, dtype: DType): void {
    const { address, size } = this.own(buffer);
    if (data.length > size) {
      throw new RangeError(`Cannot write ${data.length} elements into a buffer of ${size}`);
    }
    const at = address / 4;
    const view = dtype === "float32" ? this.heap.floats : this.heap.integers;
    view.set(data, at); // integers wrap around, and so uint32 keeps its bits
  }

  async read(buffer: Buffer, size: number, dtype: DType): Promise<Data> {
    return await this.readNow(buffer, size, dtype);
  }

  readNow(buffer: Buffer, size: number, dtype: DType): Data {
    const from = this.own(buffer);
    if (size > from.size) {
      throw new RangeError(`Cannot read ${size} elements from a buffer of ${from.size}`);
    }
    const at = from.address / 4;
    if (dtype === "float32") return this.heap.floats.slice(at, at + size);
    const integers = this.heap.integers.subarray(at, at + size);
    const Host = { int32: Int32Array, uint32: Uint32Array, bool: Uint8Array }[dtype];
    return new Host(integers);
  }

  compile(program: Program): Executable {
    return new CpuExecutable(this, program);
  }

  bytesInUse(): number {
    return this.#heap?.inUse ?? 0;
  }

  get capacity(): Device["capacity"] {
    const total = this.heap.maximumPages * 65536;
    return { total, buffer: total };
  }

  close(): void {
    this.workers?.close();
    this.#heap = undefined;
  }
}

/** The number of programs so far, which numbers them. */
let programs = 0;

class CpuExecutable implements Executable {
  readonly #program: RunnableProgram;
  readonly #sizes: readonly number[];
  readonly #inputs: number;
  #slots: number;

  constructor(readonly device: CpuDevice, program: Program) {
    const { heap, threads } = device;
    const { bytes, parts, scratch, own } = compileProgram(program, threads > 1);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      host: { memory: heap.memory },
    });
    this.#inputs = program.inputs.length;
    this.#sizes = [...program.inputs, ...program.outputs.map(({ size }) => size)];
    device.reserve(scratch + threads * own);
    this.#slots = heap.allocate(4 * this.#sizes.length);
    const isDivided = threads > 1 && parts.some(({ chunks }) => chunks > 1);
    this.#program = {
      number: ++programs,
      parts: parts.map((part, i) => ({ ...part, run: exports[`part${i}`] as Run })),
      address: isDivided ? heap.store(bytes) : -1,
      length: bytes.length,
    };
  }

  run(inputs: readonly Buffer[], outputs: readonly Buffer[]): void {
    if (this.#slots < 0) throw new Error("Cannot run a program that was freed");
    const given = [...inputs, ...outputs];
    if (inputs.length !== this.#inputs || given.length !== this.#sizes.length) {
      throw new RangeError(
        `Cannot run a program of ${this.#inputs} inputs and ${
          this.#sizes.length - this.#inputs
        } outputs on ${inputs.length} and ${outputs.length} buffers`,
      );
    }
    const { integers } = this.device.heap;
    given.forEach((buffer, i) => {
      const { size, address } = this.device.own(buffer);
      if (size < this.#sizes[i]) {
        throw new RangeError(
          `Cannot run on a buffer of ${size} elements: ${this.#sizes[i]} are needed`,
        );
      }
      integers[this.#slots / 4 + i] = address;
    });
    const { workers, scratch } = this.device;
    if (workers !== undefined) workers.run(this.#program, this.#slots, scratch);
    else for (const { chunks, run } of this.#program.parts) run(0, chunks, this.#slots, scratch, 0);
  }

  free(): void {
    if (this.#slots < 0) return;
    this.device.free(this.#slots);
    if (this.#program.address >= 0) this.device.free(this.#program.address);
    this.#slots = -1;
  }
}

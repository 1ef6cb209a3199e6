/**
 * The WebGPU device: kernels become WGSL compute shaders. `device.ts` opens one.
 *
 * Launching returns at once. Errors of shaders and of the GPU, and the loss of the GPU
 * (`DeviceLostError`), are thrown at the next `read`. A GPU may flush subnormal numbers to zero.
 *
 * Deno asks the GPU every 10 ms whether it has finished, so a read takes 10 ms at least, but many
 * reads can wait at once. A small step on llvmpipe takes 12.4 ms where each loss is awaited before
 * the next step, 1.4 ms with eight reads under way, and 0.34 ms without reads.
 *
 * @module
 */
import type { Buffer, Data, Device, Executable, Program, Traits } from "../device.ts";
import type { DType } from "../formula.ts";
import { HeldBuffer, ownBuffer } from "../held_buffer.ts";
import { ErrorLog } from "./errors.ts";
import { compileProgram } from "./program.ts";
import { BufferPool, type Memory } from "./memory.ts";
import { Pipelines } from "./pipelines.ts";
import type { Machine } from "./emit/variants.ts";

/** The most buffers of a kernel to ask for. One is kept for the memory between two launches. */
export const MOST_BUFFERS = 32;

/** What the compiler respects on a GPU that gives what is asked for. */
export const traitsOf = (buffers: number = MOST_BUFFERS): Traits => ({
  fuses: true,
  maxBuffers: buffers - 1,
});

/** A program on a GPU, which can also tell how long each step takes. */
export interface WebgpuExecutable extends Executable {
  /**
   * Runs the program, and gives the nanoseconds of each step.
   *
   * @throws {Error} where the adapter has no timestamp queries.
   */
  time(inputs: readonly Buffer[], outputs: readonly Buffer[]): Promise<number[]>;
}

/** A device on a GPU. */
export class WebgpuDevice implements Device {
  readonly name = "webgpu";
  readonly traits: Traits;
  readonly #device: GPUDevice;
  readonly #errors: ErrorLog;
  readonly #pipelines: Pipelines;
  readonly #pool: BufferPool;
  readonly #staging: BufferPool;

  /** Takes over a GPU. */
  constructor(device: GPUDevice, readonly description: string, readonly machine: Machine) {
    this.traits = traitsOf(device.limits.maxStorageBuffersPerShaderStage);
    this.#device = device;
    this.#errors = new ErrorLog(device);
    this.#pipelines = new Pipelines(device, this.#errors);
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.#pool = new BufferPool(device, STORAGE | COPY_SRC | COPY_DST);
    this.#staging = new BufferPool(device, MAP_READ | COPY_DST);
  }

  allocate(size: number): Buffer {
    this.#errors.throwIfGone();
    const memory = this.#pool.allocate(size * 4);
    return new HeldBuffer(this, size, memory, () => this.#pool.free(memory));
  }

  write(buffer: Buffer, data: Data, dtype: DType): void {
    this.#errors.throwIfGone();
    const { memory, size } = ownBuffer<Memory>(this, buffer);
    // A write beyond the end of the buffer would end the process.
    if (data.length > size) {
      throw new RangeError(`Cannot write ${data.length} elements to a buffer of ${size}`);
    }
    if (data.length > 0) this.#device.queue.writeBuffer(memory.buffer, 0, toBytes(data, dtype));
  }

  async read(buffer: Buffer, size: number, dtype: DType): Promise<Data> {
    this.#errors.throwIfGone();
    const own = ownBuffer<Memory>(this, buffer);
    if (!(size >= 0 && size <= own.size)) {
      throw new RangeError(`Cannot read ${size} elements of a buffer of ${own.size}`);
    }
    if (size === 0) {
      await this.#errors.check();
      return fromBytes(new ArrayBuffer(0), dtype);
    }
    const staging = this.#staging.allocate(size * 4);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(own.memory.buffer, 0, staging.buffer, 0, size * 4);
    this.#device.queue.submit([encoder.finish()]);
    const checked = this.#errors.check();
    try {
      const mapped = staging.buffer.mapAsync(GPUMapMode.READ, 0, size * 4);
      const [check, map] = await Promise.allSettled([checked, mapped]);
      let copy = new ArrayBuffer(0);
      if (map.status === "fulfilled") {
        copy = staging.buffer.getMappedRange(0, size * 4).slice(0);
        staging.buffer.unmap();
      }
      // An earlier error explains more than the failure of the mapping.
      if (check.status === "rejected") throw check.reason;
      if (map.status === "rejected") throw map.reason;
      return fromBytes(copy, dtype);
    } catch (error) {
      return await this.#errors.rethrow(error);
    } finally {
      this.#staging.free(staging);
    }
  }

  compile(program: Program): WebgpuExecutable {
    this.#errors.throwIfGone();
    const compiled = compileProgram(this.#pipelines, this.#pool, this.machine, program);
    const open = (buffers: readonly Buffer[], sizes: readonly number[], what: string) =>
      buffers.map((buffer, i) => {
        const { memory, size } = ownBuffer<Memory>(this, buffer);
        if (size >= sizes[i]) return memory;
        throw new RangeError(`${what} ${i} has ${size} elements instead of ${sizes[i]}`);
      });
    const outputSizes = program.outputs.map(({ size }) => size);
    const opened = (inputs: readonly Buffer[], outputs: readonly Buffer[]) => {
      this.#errors.throwIfGone();
      return [
        open(inputs, program.inputs, "Input"),
        open(outputs, outputSizes, "Output"),
      ] as const;
    };
    return {
      run: (inputs, outputs) => compiled.run(...opened(inputs, outputs)),
      time: async (inputs, outputs) => {
        const times = await compiled.time(...opened(inputs, outputs));
        await this.#errors.check();
        return times;
      },
      free: () => compiled.free(),
    };
  }

  bytesInUse(): number {
    return this.#pool.bytes + this.#staging.bytes;
  }

  get capacity(): Device["capacity"] {
    return { total: Infinity, buffer: this.#pool.limit };
  }

  close(): void {
    this.#errors.close();
    this.#pool.close();
    this.#staging.close();
    this.#device.destroy();
  }
}

const STORED = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint32Array,
} as const;

/** Host data as it lies in a buffer, with four bytes an element. */
function toBytes(data: Data, dtype: DType): ArrayBufferView<ArrayBuffer> {
  const Stored = STORED[dtype];
  return data instanceof Stored && isUnshared(data) ? data : new Stored(data);
}

/** Memory that is shared between threads cannot be written to a GPU; a copy can. */
const isUnshared = (view: ArrayBufferView): view is ArrayBufferView<ArrayBuffer> =>
  view.buffer instanceof ArrayBuffer;

function fromBytes(stored: ArrayBuffer, dtype: DType): Data {
  const data = new STORED[dtype](stored);
  return dtype === "bool" ? new Uint8Array(data) : data;
}

/**
 * The contents of a leaf tensor: data on the host, a buffer of a device, or host data with copies
 * on several devices.
 *
 * @module
 */
import type { Buffer, Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/formula.ts";
import { turn } from "./event_loop.ts";

// An unreachable storage gives its buffers back. Device memory is invisible to the garbage
// collector. Each storage of a device buffer therefore also owns an untouched ArrayBuffer of equal
// size, so that the collector feels the pressure: pages that nobody touches stay virtual and cost
// nothing. Finalizers run only between tasks, so reads let a task pass now and then
// (event_loop.ts).
const unreachable = new FinalizationRegistry<readonly Buffer[]>((buffers) => {
  for (const buffer of buffers) buffer.free();
});

/** Buffers of fewer bytes get no such ArrayBuffer. */
const SMALL = 4096;

/** The contents of a leaf. */
export class Storage {
  #ballast: ArrayBuffer | undefined;
  #host: Data | undefined;
  /** At most one for each device. */
  readonly #buffers: Buffer[] = [];
  #gone: string | undefined;

  private constructor(readonly size: number, readonly dtype: DType) {}

  /** Takes over host data, which must not change afterwards. */
  static ofHost(data: Data, dtype: DType): Storage {
    const storage = new Storage(data.length, dtype);
    storage.#host = data;
    unreachable.register(storage, storage.#buffers, storage.#buffers);
    return storage;
  }

  /** Takes over a buffer. */
  static ofBuffer(buffer: Buffer, size: number, dtype: DType, ballast?: ArrayBuffer): Storage {
    const storage = new Storage(size, dtype);
    storage.#buffers.push(buffer);
    unreachable.register(storage, storage.#buffers, storage.#buffers);
    const bytes = 4 * size;
    if (bytes >= SMALL) storage.#ballast = ballast ?? new ArrayBuffer(bytes);
    return storage;
  }

  /** The contents, if they are on the host. */
  get host(): Data | undefined {
    return this.#host;
  }

  /** The device that holds the contents; undefined for host data. */
  get home(): Device | undefined {
    return this.#host === undefined ? this.#buffers[0]?.device : undefined;
  }

  /** Why the contents are gone; undefined while they are there. */
  get gone(): string | undefined {
    return this.#gone;
  }

  /** The contents, where they can be had without waiting. They must not be changed. */
  peek(): Data | undefined {
    const [buffer] = this.#buffers;
    return this.#host ?? buffer.device.readNow?.(buffer, this.size, this.dtype);
  }

  /**
   * The buffer on a device. Host data, and data of another device that can be read synchronously,
   * is copied there once.
   *
   * @throws {Error} where the contents were disposed of or donated, or are on another device that
   * is read asynchronously.
   */
  on(device: Device): Buffer {
    this.#check();
    let buffer = this.#buffers.find((b) => b.device === device);
    if (buffer === undefined) {
      const data = this.#host ?? this.#readNow(device);
      buffer = device.allocate(this.size);
      device.write(buffer, data, this.dtype);
      this.#buffers.push(buffer);
    }
    return buffer;
  }

  #readNow(user: Device): Data {
    const [buffer] = this.#buffers;
    const data = buffer.device.readNow?.(buffer, this.size, this.dtype);
    if (data !== undefined) return data;
    throw new TypeError(
      `Cannot use a tensor of the ${buffer.device.name} device on ${user.name}: read it, and make a tensor of the data`,
    );
  }

  /**
   * A copy of the contents as they are at the call, even if the tensor is disposed of or donated
   * meanwhile.
   */
  async read(): Promise<Data> {
    this.#check();
    const contents = this.#hostCopy() ?? await this.#buffers[0].device
      .read(this.#buffers[0], this.size, this.dtype);
    await turn();
    return contents;
  }

  /**
   * A copy of host data. Float64 is rounded to float32 unless the reference device holds it, too.
   */
  #hostCopy(): Data | undefined {
    const isExact = this.#buffers.some(({ device }) => device.name === "reference");
    if (this.#host instanceof Float64Array && !isExact) return Float32Array.from(this.#host);
    return this.#host?.slice();
  }

  /** Frees the contents; `why` is the reason that later users are told. */
  release(why: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.#host = undefined;
    this.#ballast = undefined;
    for (const buffer of this.#buffers.splice(0)) buffer.free();
    unreachable.unregister(this.#buffers);
  }

  /**
   * Moves the buffer of a device, which a program has overwritten, to a new storage, and frees the
   * rest; `why` is the reason that later users of this one are told.
   */
  handOver(device: Device, why: string): Storage {
    const buffer = this.on(device);
    this.#buffers.splice(this.#buffers.indexOf(buffer), 1);
    const storage = Storage.ofBuffer(buffer, this.size, this.dtype, this.#ballast);
    this.release(why);
    return storage;
  }

  #check(): void {
    if (this.#gone !== undefined) throw new Error(`Cannot use this tensor: ${this.#gone}`);
  }
}

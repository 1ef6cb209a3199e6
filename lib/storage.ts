/**
 * What a leaf tensor holds: data on the host, or a buffer of a device, or copies of the former on several devices.
 *
 * @module
 */
import type { Buffer, Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/scalar.ts";

// A storage that nobody can reach any more gives its buffers back. The collector does not see the memory of a device, so a
// storage also holds as many bytes that it does see and that nobody touches (they stay virtual): they make it run in time.
// And it tells of what it found only between tasks, so a read lets one pass whenever much was allocated.
const unreachable = new FinalizationRegistry<Map<Device, Buffer>>((buffers) => {
  for (const buffer of buffers.values()) buffer.free();
});

/** Bytes below which a buffer is not worth the collector's while. */
const SMALL = 4096;
/** Bytes to allocate before a read lets a task pass. */
const MUCH = 64 * 2 ** 20;
let allocated = 0;

/** The contents of a leaf. */
export class Storage {
  #ballast: ArrayBuffer | undefined;
  #host: Data | undefined;
  readonly #buffers = new Map<Device, Buffer>();
  #gone: string | undefined;

  private constructor(readonly size: number, readonly dtype: DType) {
    unreachable.register(this, this.#buffers, this.#buffers);
  }

  /** Takes over host data; it must not change any more. */
  static ofHost(data: Data, dtype: DType): Storage {
    const storage = new Storage(data.length, dtype);
    storage.#host = data;
    return storage;
  }

  /** Takes over a buffer; `isNew` unless another storage had it before. */
  static ofBuffer(buffer: Buffer, size: number, dtype: DType, isNew = true): Storage {
    const storage = new Storage(size, dtype);
    storage.#buffers.set(buffer.device, buffer);
    const bytes = 4 * size;
    if (isNew && bytes >= SMALL) {
      storage.#ballast = new ArrayBuffer(bytes);
      allocated += bytes;
    }
    return storage;
  }

  /** The device that the contents live on; undefined for host data. */
  get home(): Device | undefined {
    return this.#host === undefined ? this.#buffers.keys().next().value : undefined;
  }

  /**
   * The buffer on a device; host data is copied there the first time.
   *
   * @throws {Error} where the contents were disposed of, donated, or live on another device.
   */
  on(device: Device): Buffer {
    this.#check();
    let buffer = this.#buffers.get(device);
    if (buffer === undefined) {
      if (this.#host === undefined) {
        throw new TypeError(
          `Cannot use a tensor of the ${
            this.home!.name
          } device on ${device.name}: read it, and make a tensor of the data`,
        );
      }
      buffer = device.allocate(this.size);
      device.write(buffer, this.#host, this.dtype);
      this.#buffers.set(device, buffer);
    }
    return buffer;
  }

  /** A copy of the contents. */
  async read(): Promise<Data> {
    this.#check();
    if (this.#host !== undefined) return this.#host.slice();
    if (allocated > MUCH) {
      allocated = 0;
      await new Promise((resolve) => setTimeout(resolve));
    }
    const [buffer] = this.#buffers.values();
    return await buffer.device.read(buffer, this.size, this.dtype);
  }

  /** Frees the contents, or, where a step took over the buffer of a device, forgets it; `why` says so to later users. */
  release(why: string, takenFrom?: Device): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.#host = undefined;
    this.#ballast = undefined;
    for (const [device, buffer] of this.#buffers) if (device !== takenFrom) buffer.free();
    this.#buffers.clear();
  }

  /** Whether the contents can still be used. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  #check(): void {
    if (this.#gone !== undefined) throw new Error(`Cannot use this tensor: ${this.#gone}`);
  }
}

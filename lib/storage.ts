/**
 * What a leaf tensor holds: data on the host, or a buffer of a device, or copies of the former on several devices.
 *
 * @module
 */
import type { Buffer, Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/scalar.ts";

// A storage that nobody can reach any more gives its buffers back. Garbage collection alone cannot be trusted with
// device memory (it does not see it), so steps that matter donate their inputs or dispose of what they drop.
const unreachable = new FinalizationRegistry<Map<Device, Buffer>>((buffers) => {
  for (const buffer of buffers.values()) buffer.free();
});

/** The contents of a leaf. */
export class Storage {
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

  /** Takes over a buffer. */
  static ofBuffer(buffer: Buffer, size: number, dtype: DType): Storage {
    const storage = new Storage(size, dtype);
    storage.#buffers.set(buffer.device, buffer);
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
    const [buffer] = this.#buffers.values();
    return await buffer.device.read(buffer, this.size, this.dtype);
  }

  /** Frees the contents, or, where a step took over the buffer of a device, forgets it; `why` says so to later users. */
  release(why: string, takenFrom?: Device): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.#host = undefined;
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

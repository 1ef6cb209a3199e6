/**
 * What a leaf tensor holds: data on the host, or a buffer of a device, or copies of the former on several devices.
 *
 * @module
 */
import type { Buffer, Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/formula.ts";
import { turn } from "./event_loop.ts";

// A storage that nobody can reach any more gives its buffers back. The collector does not see the memory of a device, so a
// storage also holds as many bytes that it does see and that nobody touches (they stay virtual): they make it run in time.
// And it tells of what it found only between tasks, so a read lets one pass now and then.
const unreachable = new FinalizationRegistry<readonly Buffer[]>((buffers) => {
  for (const buffer of buffers) buffer.free();
});

/** Bytes below which a buffer is not worth the collector's while. */
const SMALL = 4096;

/** The contents of a leaf. */
export class Storage {
  #ballast: ArrayBuffer | undefined;
  #host: Data | undefined;
  /** At most one a device. */
  readonly #buffers: Buffer[] = [];
  #gone: string | undefined;

  private constructor(readonly size: number, readonly dtype: DType) {}

  /** Contents that cannot be used any more, and why. */
  static gone(why: string): Storage {
    const storage = new Storage(0, "float32");
    storage.release(why);
    return storage;
  }

  /** Takes over host data; it must not change any more. */
  static ofHost(data: Data, dtype: DType): Storage {
    const storage = new Storage(data.length, dtype);
    storage.#host = data;
    unreachable.register(storage, storage.#buffers, storage.#buffers);
    return storage;
  }

  /** Takes over a buffer. */
  static ofBuffer(buffer: Buffer, size: number, dtype: DType): Storage {
    const storage = new Storage(size, dtype);
    storage.#buffers.push(buffer);
    unreachable.register(storage, storage.#buffers, storage.#buffers);
    const bytes = 4 * size;
    if (bytes >= SMALL) storage.#ballast = new ArrayBuffer(bytes);
    return storage;
  }

  /** The contents, where they are known without a device. */
  get host(): Data | undefined {
    return this.#host;
  }

  /** The device that the contents live on; undefined for host data. */
  get home(): Device | undefined {
    return this.#host === undefined ? this.#buffers[0]?.device : undefined;
  }

  /**
   * The buffer on a device. What lies on the host, or on a device that can be read at once, is copied there the first time.
   *
   * @throws {Error} where the contents were disposed of, donated, or live on a device that makes readers wait.
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

  /** A copy of the contents as they are now, whatever is done to the tensor before the copy is there. */
  async read(): Promise<Data> {
    this.#check();
    const contents = this.#hostCopy() ?? await this.#buffers[0].device
      .read(this.#buffers[0], this.size, this.dtype);
    await turn();
    return contents;
  }

  /** A copy of host data; float64 stays so where the reference device holds it, too. */
  #hostCopy(): Data | undefined {
    const isExact = this.#buffers.some(({ device }) => device.name === "reference");
    if (this.#host instanceof Float64Array && !isExact) return Float32Array.from(this.#host);
    return this.#host?.slice();
  }

  /** Frees the contents; `why` says so to later users. */
  release(why: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.#host = undefined;
    this.#ballast = undefined;
    for (const buffer of this.#buffers.splice(0)) buffer.free();
    unreachable.unregister(this.#buffers);
  }

  /** Forgets all but what lies on one device, where it was overwritten. */
  overwritten(device: Device): void {
    this.#host = undefined;
    for (const buffer of this.#buffers) if (buffer.device !== device) buffer.free();
    this.#buffers.splice(0, Infinity, ...this.#buffers.filter((b) => b.device === device));
  }

  #check(): void {
    if (this.#gone !== undefined) throw new Error(`Cannot use this tensor: ${this.#gone}`);
  }
}

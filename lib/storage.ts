/**
 * What a leaf tensor holds: data on the host, or a buffer of a device, or copies of the former on several devices.
 *
 * @module
 */
import type { Buffer, Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/scalar.ts";

// A storage that nobody can reach any more gives its buffers back. The collector does not see the memory of a device, so a
// storage also holds as many bytes that it does see and that nobody touches (they stay virtual): they make it run in time.
// And it tells of what it found only between tasks, so a read lets one pass whenever much was allocated, or often a little.
const unreachable = new FinalizationRegistry<readonly Buffer[]>((buffers) => {
  for (const buffer of buffers) buffer.free();
});

/** Bytes below which a buffer is not worth the collector's while. */
const SMALL = 4096;
/** Bytes that a storage takes itself, about. */
const OWN = 1024;
/** Bytes to allocate before a read lets a task pass. */
const MUCH = 64 * 2 ** 20;
let allocated = 0;

/** Lets a task pass where there may be much to free. */
function letTaskPass(): Promise<unknown> | undefined {
  if (allocated <= MUCH) return;
  allocated = 0;
  return new Promise((resolve) => setTimeout(resolve));
}

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
    allocated += OWN;
    return storage;
  }

  /** Takes over a buffer. */
  static ofBuffer(buffer: Buffer, size: number, dtype: DType): Storage {
    const storage = new Storage(size, dtype);
    storage.#buffers.push(buffer);
    unreachable.register(storage, storage.#buffers, storage.#buffers);
    const bytes = 4 * size;
    if (bytes >= SMALL) storage.#ballast = new ArrayBuffer(bytes);
    allocated += OWN + bytes;
    return storage;
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
      allocated += 4 * this.size;
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
    const [buffer] = this.#buffers;
    const copy = this.#host?.slice() ?? buffer.device.read(buffer, this.size, this.dtype);
    const [data] = await Promise.all([copy, letTaskPass()]);
    return data;
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

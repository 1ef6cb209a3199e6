/**
 * The memory of a GPU. The garbage collector does not manage it, and creating a buffer is slow. So
 * freed buffers are kept, up to a limit, for the next allocation of about their size.
 *
 * A freed buffer may be given out again while the GPU still uses it: the GPU works in the order of
 * its queue.
 *
 * @module
 */

import { remember } from "../remember.ts";

/** A buffer of the GPU; no other buffer ever has its id. */
export interface Memory {
  readonly id: number;
  readonly buffer: GPUBuffer;
}

/** The bytes that a pool may keep: this many, or as many as are in use if that is more. */
const KEPT_BYTES = 1 << 26;

/** Buffers of one usage, by size. */
export class BufferPool {
  readonly #free = new Map<number, Memory[]>();
  readonly #all = new Set<Memory>();
  #nextId = 0;
  #bytesInUse = 0;
  #bytesKept = 0;

  constructor(readonly device: GPUDevice, readonly usage: number) {}

  /**
   * Memory of at least this many bytes, contents undefined. Throws RangeError beyond the limits of
   * a buffer.
   */
  allocate(bytes: number): Memory {
    const { limit } = this;
    if (!(bytes >= 0 && bytes <= limit)) {
      const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
      throw new RangeError(
        `Cannot allocate ${bytes} bytes: this GPU's limit is ${limit} bytes a buffer ` +
          `(maxBufferSize ${maxBufferSize}, maxStorageBufferBindingSize ${maxStorageBufferBindingSize})`,
      );
    }
    const size = Math.min(sizeClass(bytes), limit);
    let memory = this.#free.get(size)?.pop();
    if (memory === undefined) {
      const buffer = this.device.createBuffer({ size, usage: this.usage });
      memory = { id: this.#nextId++, buffer };
      this.#all.add(memory);
    } else this.#bytesKept -= size;
    this.#bytesInUse += size;
    return memory;
  }

  /** Keeps memory for later, or destroys it where enough is kept. */
  free(memory: Memory): void {
    if (!this.#all.has(memory)) return; // destroyed with the pool
    const { size } = memory.buffer;
    this.#bytesInUse -= size;
    const limit = Math.max(KEPT_BYTES, this.#bytesInUse);
    if (this.#bytesKept + size > limit) {
      this.#all.delete(memory);
      memory.buffer.destroy();
      return;
    }
    this.#bytesKept += size;
    remember(this.#free, size, () => []).push(memory);
  }

  /** The largest size of a buffer, in bytes. */
  get limit(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4) * 4;
  }

  /** Bytes of all buffers, given out or kept. */
  get bytes(): number {
    return this.#bytesInUse + this.#bytesKept;
  }

  /** Destroys all buffers. */
  close(): void {
    for (const { buffer } of this.#all) buffer.destroy();
    this.#all.clear();
    this.#free.clear();
    this.#bytesInUse = this.#bytesKept = 0;
  }
}

/**
 * The size to allocate: a multiple of 256 bytes with three significant bits, so that equal sizes
 * recur. At most 25 % is unused.
 */
function sizeClass(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 2));
  return Math.max(1, Math.ceil(bytes / step)) * step;
}

/**
 * The buffers of a device: each holds a piece of its memory until it is freed.
 *
 * @module
 */
import type { Buffer, Device } from "./device.ts";

/** A buffer that holds memory of the kind M. */
export class HeldBuffer<M> implements Buffer {
  #memory: M | undefined;

  constructor(
    readonly device: Device,
    readonly size: number,
    memory: M,
    readonly release: (memory: M) => void,
  ) {
    this.#memory = memory;
  }

  get memory(): M {
    if (this.#memory !== undefined) return this.#memory;
    throw new TypeError(`Cannot use a buffer of ${this.size} elements: it was freed`);
  }

  free(): void {
    if (this.#memory !== undefined) this.release(this.#memory);
    this.#memory = undefined;
  }
}

/** The buffer as one that a device has made. */
export function ownBuffer<M>(device: Device, buffer: Buffer): HeldBuffer<M> {
  if (buffer instanceof HeldBuffer && buffer.device === device) return buffer;
  const other = buffer.device.name;
  throw new TypeError(`Cannot use a buffer of another device (${other}) on this ${device.name}`);
}

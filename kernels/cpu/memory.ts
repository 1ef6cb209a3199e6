/**
 * The memory of the cpu device: one WebAssembly memory, and an allocator that takes the smallest
 * gap that is large enough.
 *
 * @module
 */
import { FREEING } from "../device.ts";
import { minimumPages } from "./wasm/module.ts";

const page = 65536;
const alignment = 64;
/** A vector load may read past the end of a block by less than this. */
const slack = 32;

interface Gap {
  start: number;
  end: number;
}

/** Bytes as they lie in a memory, shared or not. */
type Bytes = ArrayBuffer | SharedArrayBuffer;

/** There is no room for the memory of another device. */
export class NoRoomError extends RangeError {}

/** A growing memory, cut into blocks. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** The free gaps in order of address; no two of them touch. */
  readonly #gaps: Gap[] = [];
  readonly #lengths: Map<number, number> = new Map();
  #end = alignment; // address 0 stays unused
  #inUse = 0;

  /** @param shared whether several threads use the memory */
  constructor(readonly maximumPages: number, shared = false) {
    try {
      this.memory = new WebAssembly.Memory({
        initial: minimumPages,
        maximum: maximumPages,
        shared,
      });
    } catch (error) {
      throw new NoRoomError(
        "Cannot open another cpu device: there is no room for its memory (a page of Chromium has room for about 125 " +
          `devices), so close those that are not in use`,
        { cause: error },
      );
    }
  }

  /** Bytes in blocks that were not freed. */
  get inUse(): number {
    return this.#inUse;
  }

  /** All memory as float32. Growing replaces the memory, so ask again after every allocation. */
  get floats(): Float32Array<Bytes> {
    return new Float32Array(this.memory.buffer);
  }

  /** All memory as int32. Growing replaces the memory, so ask again after every allocation. */
  get integers(): Int32Array<Bytes> {
    return new Int32Array(this.memory.buffer);
  }

  /** Allocates a block and returns its address. Throws RangeError where memory has run out. */
  allocate(bytes: number): number {
    const length = Math.ceil((bytes + slack) / alignment) * alignment;
    let best: Gap | undefined;
    for (const gap of this.#gaps) {
      const size = gap.end - gap.start;
      if (size >= length && (best === undefined || size < best.end - best.start)) best = gap;
    }
    let address: number;
    if (best !== undefined) {
      address = best.start;
      best.start += length;
      if (best.start === best.end) this.#gaps.splice(this.#gaps.indexOf(best), 1);
    } else {
      // The gap at the very end may be the beginning of the block.
      const last = this.#gaps.at(-1);
      address = last?.end === this.#end ? last.start : this.#end;
      this.#reserve(address + length, bytes);
      if (address < this.#end) this.#gaps.pop();
      this.#end = address + length;
    }
    this.#lengths.set(address, length);
    this.#inUse += length;
    return address;
  }

  /** Copies bytes into a new block and returns its address. */
  store(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    new Uint8Array(this.memory.buffer).set(bytes, address);
    return address;
  }

  /** Gives a block back. */
  free(address: number): void {
    const length = this.#lengths.get(address)!;
    this.#lengths.delete(address);
    this.#inUse -= length;
    const gaps = this.#gaps;
    let i = gaps.findIndex((gap) => gap.start > address);
    if (i < 0) i = gaps.length;
    gaps.splice(i, 0, { start: address, end: address + length });
    // Gaps that touch become one.
    for (const after of [i + 1, i]) {
      if (gaps[after - 1]?.end !== gaps[after]?.start) continue;
      gaps[after - 1].end = gaps[after].end;
      gaps.splice(after, 1);
    }
  }

  #reserve(end: number, wanted: number): void {
    const pages = Math.ceil(end / page);
    const have = this.memory.buffer.byteLength / page;
    if (pages <= have) return;
    // Growing is slow: take a quarter more than is needed, if possible.
    const ample = Math.min(this.maximumPages, Math.ceil(pages * 1.25));
    if (pages <= this.maximumPages && (this.#grow(ample - have) || this.#grow(pages - have))) {
      return;
    }
    throw new RangeError(
      `Cannot allocate ${wanted} bytes on the cpu device: ${this.#inUse} bytes are in use of at most ${
        this.maximumPages * page
      }; ${FREEING}`,
    );
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}
